/** Third-party code of the tests in a browser; heavy, and loaded by those alone. @module */
export { default as axe } from "npm:axe-core@4.14.1";
export { chromium } from "npm:playwright-core@1.65.1";
