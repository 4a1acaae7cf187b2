import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  type SelectionSetNode,
  Kind,
} from "graphql";
import type { Page, PageArgs } from "../domain/ports/paging.js";
import { badUserInput, type Problem } from "../errors.js";
import type { Connection, Edge } from "./types/connection.js";
import type { PageArguments } from "./types/inputs/list-arguments.js";

/** A cursor of ours is far shorter; what is longer is none, and is not looked at. */
const MAX_CURSOR_LENGTH = 1_024;

/** Names are at most 253 characters long, so that a longer part of one finds nothing. */
const MAX_SEARCH_LENGTH = 253;

/** How many items a page has. */
export interface PageSizes {
  readonly defaultSize: number;
  readonly maxSize: number;
}

/** Remembered by node: documents are kept, so that each is looked through once. */
const totals = new WeakMap<FieldNode, boolean>();

function mentionsTotal(
  selectionSet: SelectionSetNode | undefined,
  fragments: GraphQLResolveInfo["fragments"],
): boolean {
  return (selectionSet?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === "totalCount";
    if (selection.kind === Kind.INLINE_FRAGMENT) return mentionsTotal(selection.selectionSet, fragments);
    const fragment: FragmentDefinitionNode | undefined = fragments[selection.name.value];
    return mentionsTotal(fragment?.selectionSet, fragments);
  });
}

/** Whether a connection's `totalCount` is selected; a `@skip` on it is not looked at, and costs a count that nobody reads. */
function selectsTotal(info: Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">): boolean {
  return info.fieldNodes.some((node) => {
    const known = totals.get(node);
    if (known !== undefined) return known;
    const found = mentionsTotal(node.selectionSet, info.fragments);
    totals.set(node, found);
    return found;
  });
}

/** What is wrong with the text of a search, and the text as the read model takes it. */
export function searchText(
  text: string | null | undefined,
  path: string[],
): { search: string | undefined; problems: Problem[] } {
  if (text === null || text === undefined || text === "") return { search: undefined, problems: [] };
  if (text.length <= MAX_SEARCH_LENGTH && !text.includes("\0")) return { search: text, problems: [] };
  return {
    search: undefined,
    problems: [{ path, message: `A search is at most ${MAX_SEARCH_LENGTH} characters long, without a NUL character.` }],
  };
}

/**
 * The page that is asked for, within its bounds.
 * @param others problems that were found in the same arguments already
 * @throws BAD_USER_INPUT with all problems, paths beginning with the argument's name
 */
export function pageArgs(
  context: { readonly pages: PageSizes },
  info: Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">,
  args: PageArguments,
  others: readonly Problem[] = [],
): PageArgs {
  const { defaultSize, maxSize } = context.pages;
  const first = args.first ?? defaultSize;
  const after = args.after ?? null;
  const problems = [...others];
  if (first < 0 || first > maxSize) {
    problems.push({ path: ["first"], message: `A page has 0 to ${maxSize} items; ${first} were asked for.` });
  }
  if (after !== null && after.length > MAX_CURSOR_LENGTH) {
    problems.push({ path: ["after"], message: "This is no cursor of a list." });
  }
  if (problems.length > 0) throw badUserInput(problems);
  return { first, after, withTotal: selectsTotal(info) };
}

/** A page as the API shows it. */
export const toConnection = <Row, View>(page: Page<Row>, view: (row: Row) => View): Connection<View> =>
  new PageConnection(page, view);

type Edges<Row> = Page<Row>["edges"];

/** Nothing is made before it is selected: most answers name nodes alone, and a cursor costs more than all the rest of reading its row. */
class PageConnection<Row, View> implements Connection<View> {
  readonly #page: Page<Row>;
  readonly #view: (row: Row) => View;
  #nodes: View[] | null = null;

  constructor(page: Page<Row>, view: (row: Row) => View) {
    this.#page = page;
    this.#view = view;
  }

  get nodes(): View[] {
    this.#nodes ??= this.#page.edges.map(({ node }) => this.#view(node));
    return this.#nodes;
  }

  get edges(): Edge<View>[] {
    const { nodes } = this;
    return this.#page.edges.flatMap((edge, i) => {
      const node = nodes[i];
      return node === undefined ? [] : [new PageEdge(edge, node)];
    });
  }

  get pageInfo(): Connection<View>["pageInfo"] {
    return new PageInfoOf(this.#page);
  }

  get totalCount(): number | null {
    return this.#page.totalCount;
  }
}

class PageEdge<View> implements Edge<View> {
  readonly #edge: Edges<unknown>[number];

  constructor(
    edge: Edges<unknown>[number],
    readonly node: View,
  ) {
    this.#edge = edge;
  }

  get cursor(): string {
    return this.#edge.cursor;
  }
}

class PageInfoOf {
  readonly #edges: Edges<unknown>;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;

  constructor({ edges, hasNextPage, hasPreviousPage }: Page<unknown>) {
    this.#edges = edges;
    this.hasNextPage = hasNextPage;
    this.hasPreviousPage = hasPreviousPage;
  }

  get startCursor(): string | null {
    return this.#edges[0]?.cursor ?? null;
  }

  get endCursor(): string | null {
    return this.#edges.at(-1)?.cursor ?? null;
  }
}
