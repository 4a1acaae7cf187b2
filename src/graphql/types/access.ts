import { Field, ObjectType } from "type-graphql";
import type { Action, Role } from "../../domain/kinds.js";
import type { Viewer } from "../../domain/viewer.js";
import { enumType } from "./enum-type.js";

const RoleEnum = enumType<Role>("Role", "What somebody is to the whole installation, as their token says.", {
  PLATFORM_ADMIN: "Runs the platform: sees and may do everything.",
  TEAM_MEMBER: "Works in projects: sees what belongs to the projects that they are a member of.",
});

const ActionEnum = enumType<Action>("Action", "Something that a viewer may or may not do.", {
  CREATE_PROJECT: "Make a project with `createProject`.",
  CREATE_PROVIDER: "Make a provider with `createProvider`: an organization's, or on a project that project's.",
  CREATE_SECRET: "Make a secret with `createSecret`: an organization's, or on a project that project's.",
  UPDATE: "Change the thing.",
  DELETE: "Delete the thing.",
  ASSIGN: "Assign an organization's secret: this one, or to this project.",
  UNASSIGN: "Take an assignment away.",
  SYNC: "Fetch from the provider now.",
  ADOPT: "Take over ExternalSecrets that were made by hand, with `adoptExternalSecrets`.",
  MANAGE_MEMBERS: "Add and remove members by hand.",
});

@ObjectType("Permission", {
  simpleResolvers: true,
  description:
    "Whether the viewer may do something with the thing that this stands on, and if not, why: what a frontend needs to hide or disable a control.",
})
export class PermissionType {
  @Field(() => ActionEnum, { description: "What it is about." })
  action!: Action;

  @Field(() => Boolean, { description: "Whether the viewer may do it now." })
  allowed!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      "The `extensions.code` that a refusal would carry now, for example FORBIDDEN; null where it is allowed.",
  })
  code!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What the refusal would say, for a person; null where it is allowed.",
  })
  reason!: string | null;
}

/** Whoever asks, as the API shows them. */
@ObjectType("Viewer", {
  simpleResolvers: true,
  description: "Whoever asks: the person or program that the token names.",
})
export class CurrentViewer {
  @Field(() => String, {
    description: "The token's `sub`: the name under which changes are recorded and members are added.",
  })
  subject: string;

  @Field(() => String, { nullable: true, description: "The e-mail address in the token, if it has one." })
  email: string | null;

  @Field(() => String, { nullable: true, description: "The person's name in the token, if it has one." })
  name: string | null;

  @Field(() => RoleEnum, { description: "Platform admin or team member, as the token says." })
  role: Role;

  constructor(viewer: Viewer) {
    this.subject = viewer.subject;
    this.email = viewer.email;
    this.name = viewer.name;
    this.role = viewer.role;
  }
}
