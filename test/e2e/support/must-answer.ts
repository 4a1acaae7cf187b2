import type { JsonObject } from "../../../src/domain/json.js";
import { isObject } from "./raw-cluster.js";

/** The JSON object that was answered; an empty answer is an empty one. @throws with what was answered where it is a refusal */
export async function mustAnswer(answer: Response): Promise<JsonObject> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  const value: unknown = text === "" ? {} : JSON.parse(text);
  return isObject(value) ? value : {};
}
