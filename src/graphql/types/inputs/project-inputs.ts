import { Field, ID, InputType } from "type-graphql";

@InputType("CreateProjectInput", { description: "A project to make." })
export class CreateProjectInputType {
  @Field(() => String, {
    description:
      "A DNS-1123 label of 2 to 41 characters without `--`, unique over all clusters; the namespace's name too. It never changes.",
  })
  name!: string;

  @Field(() => String, { description: "What the project is for, in free text." })
  description!: string;

  @Field(() => ID, {
    nullable: true,
    description: "The cluster that its namespace is in; may be left out where there is only one.",
  })
  clusterId?: string | null;
}
