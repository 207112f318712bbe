/// <reference lib="dom" />
/**
 * The form of the settings of a run.
 *
 * @module
 */
import { element } from "../page/dom.ts";
import { type RunSettings, type SettingName, settingNames, settings } from "./settings.ts";

/** The form of a run. */
export interface SettingsForm {
  /** The form. */
  readonly element: HTMLFormElement;
  /**
   * Shows other settings.
   *
   * @param texts The settings.
   */
  readonly show: (texts: RunSettings) => void;
}

/**
 * Makes the form of a run.
 *
 * @param prefix Letters before identifiers, which differ from those of another form.
 * @param texts Settings to show.
 * @param onChange Hears of all settings when one has changed.
 * @returns The form.
 */
export function settingsForm(
  prefix: string,
  texts: RunSettings,
  onChange: (texts: RunSettings) => void,
): SettingsForm {
  const controls = new Map<SettingName, HTMLInputElement | HTMLSelectElement>();
  const changed = () =>
    onChange(
      Object.fromEntries(settingNames.map((name) => [name, controls.get(name)!.value])) as RunSettings,
    );
  const rows = settingNames.map((name) => {
    const { label, help, choices, suggestions, unset = "the task's own" } = settings[name];
    const id = `${prefix}-${name}`, common = { id, name, title: help, change: changed };
    const control = choices
      ? element(
        "select",
        common,
        ...["", ...choices].map((value) => element("option", { value }, value || unset)),
      )
      : element("input", {
        ...common,
        type: "text",
        autocomplete: "off",
        spellcheck: "false",
        placeholder: unset,
        ...suggestions ? { list: `${id}-list` } : {},
      });
    controls.set(name, control);
    const list = suggestions
      ? [
        element(
          "datalist",
          { id: `${id}-list` },
          ...suggestions.map((value) => element("option", { value })),
        ),
      ]
      : [];
    return element(
      "div",
      { class: `field field-${name}` },
      element("label", { for: id }, label),
      control,
      ...list,
    );
  });
  const show = (texts: RunSettings) => {
    for (const [name, control] of controls) if (control.value !== texts[name]) control.value = texts[name];
  };
  show(texts);
  const form = element("form", {
    class: "fields",
    submit: (event) => {
      event.preventDefault();
      changed();
    },
  }, ...rows);
  return { element: form, show };
}
