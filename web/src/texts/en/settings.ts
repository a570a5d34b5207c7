export const settings = {
  title: "Settings",
  appearance: "Appearance",
  theme: "Theme",
  themeHint: "Light is easier to read in sunlight",
  themeSystem: "As the system",
  themeLight: "Light",
  themeDark: "Dark",
  language: "Language",
  languageHint: "The texts are in English for now",
  english: "English",
  locale: "Numbers and dates",
  localeSystem: (example: string) => `As the browser (${example})`,
};
