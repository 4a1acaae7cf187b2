import { type DocumentNode, type FieldNode, type OperationDefinitionNode, type SelectionSetNode, Kind } from "graphql";

/** A top-level field of an operation. */
export interface RootField {
  node: FieldNode;
  /** It stands under a directive, which may leave it out. */
  conditional: boolean;
}

/** The top-level fields of an operation of a valid document, fragments spread out, each fragment once. */
export function rootFields(document: DocumentNode, operation: OperationDefinitionNode): RootField[] {
  const fields: RootField[] = [];
  const spread = new Set<string>();
  const collect = (set: SelectionSetNode, inherited: boolean): void => {
    for (const selection of set.selections) {
      const conditional = inherited || (selection.directives?.length ?? 0) > 0;
      if (selection.kind === Kind.FIELD) fields.push({ node: selection, conditional });
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet, conditional);
      else if (!spread.has(selection.name.value)) {
        const name = selection.name.value;
        spread.add(name);
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name)
            collect(definition.selectionSet, conditional);
        }
      }
    }
  };
  collect(operation.selectionSet, false);
  return fields;
}
