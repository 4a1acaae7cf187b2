import "./styles/base.css";
import "./styles/controls.css";
import "./styles/status.css";
import "./styles/table.css";
import "./styles/shell.css";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { applyTheme, rememberedTheme } from "./shell/theme.ts";

applyTheme(rememberedTheme());
const root = document.querySelector("#root");
if (root !== null) createRoot(root).render(<App />);
