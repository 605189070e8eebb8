/** The live page of operators. */
import { mount } from "../page/mount.tsx"
import { Dashboard } from "./Dashboard.tsx"
import "./dashboard.css"

mount(<Dashboard />)
