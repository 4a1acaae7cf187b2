import { Field, ID, ObjectType } from "type-graphql";
import type { TransitionSubject } from "../../domain/kinds.js";
import type { TransitionRecord } from "../../domain/transition.js";
import { globalId, subjectGlobalId } from "../ids.js";
import { DateTime } from "../scalars/date-time.js";
import { connectionType } from "./connection.js";
import { enumType } from "./enum-type.js";
import { Node } from "./node.js";

export const TransitionSubjectEnum = enumType<TransitionSubject>("TransitionSubject", "What a transition is about.", {
  SECRET: "A secret: its status over all its assignments, or a change of it.",
  ASSIGNMENT: "One secret in one project.",
  PROVIDER: "A provider.",
  PROJECT: "A project: its namespace, or its members.",
  CLUSTER: "A cluster.",
});

@ObjectType("Transition", {
  implements: Node,
  simpleResolvers: true,
  description:
    "One change that happened: what, from what to what, why, by whom and when. History and every subscription are made of these.",
})
export class Transition extends Node {
  @Field(() => TransitionSubjectEnum, { description: "What kind of thing it is about." })
  subject: TransitionSubject;

  @Field(() => ID, { description: "The id of what it is about; it stays after the thing is gone." })
  subjectId: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The status before; null: it came into being. Where `from` equals `to`, something else changed, and `reason` says what.",
  })
  from: string | null;

  @Field(() => String, { nullable: true, description: "The status after; null: it is gone." })
  to: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Machine-readable, UpperCamelCase: SecretSynced, Updated, MembersAdded, Drifted …",
  })
  reason: string | null;

  @Field(() => String, { nullable: true, description: "For a person." })
  message: string | null;

  @Field(() => String, { description: 'The subject of whoever did it, or "system".' })
  actor: string;

  @Field(() => DateTime, { description: "When it happened." })
  at: Date;

  constructor(readonly record: TransitionRecord) {
    super();
    this.id = globalId("transition", record.id);
    this.subject = record.subject;
    this.subjectId = subjectGlobalId(record.subject, record.subjectId);
    this.from = record.from;
    this.to = record.to;
    this.reason = record.reason;
    this.message = record.message;
    this.actor = record.actor;
    this.at = record.at;
  }
}

export const TransitionConnection = connectionType("Transition", Transition, "transitions");
