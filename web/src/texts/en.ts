// Every English text of the pages, by the place where it is read.

import { home } from "./en/home";
import { models } from "./en/models";
import { parts } from "./en/parts";
import { runs } from "./en/runs";
import { settings } from "./en/settings";
import { errors, shell } from "./en/shell";
import { studies } from "./en/studies";
import { study } from "./en/study";

export const en = { shell, errors, parts, home, models, runs, studies, study, settings };
