export const shell = {
  name: "Biowatch",
  skip: "Skip to the page",
  navigation: "Main",
  home: "Home",
  studies: "Studies",
  runs: "Runs",
  models: "Models",
  settings: "Settings",
  disconnected: "The program does not answer. This page goes on by itself when it is back.",
  loading: "Loading",
  notFoundTitle: "There is no such page",
  notFoundText: "The address may be mistyped, or what it showed was removed.",
  toHome: "Go to the first page",
  signInTitle: "Sign in",
  signInText: "This Biowatch asks for its password. Whoever started it chose one.",
  signInLocal: "On the machine where it runs, open the address that `biowatch up` printed instead: it holds the key.",
  password: "Password",
  signIn: "Sign in",
  signOut: "Sign out",
  running: (done: string) => `Run in progress, ${done}`,
};

export const errors = {
  unreachable: "The program does not answer",
  unreachableHint: "See whether `biowatch up` still runs, then try again",
  status: (code: number, text: string) => `The program answered ${code} ${text}`.trim(),
};
