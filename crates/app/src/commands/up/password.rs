//! The password that lets other machines in.

use biowatch_serve::Secret;

use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::printer::Printer;

/// Characters of a password, at least.
const SHORTEST: usize = 8;

/// From the environment, else asked where a person sits.
pub(super) fn get(environment: &Environment, printer: Printer) -> Result<Secret, Failure> {
    let password = match &environment.up_password {
        Some(password) => password.clone(),
        None if printer.is_terminal() => {
            let asked = rpassword::prompt_password("password for other machines: ");
            Secret::new(asked.map_err(|error| Failure::new(Exit::Usage, error))?)
        }
        None => {
            let text = "`--lan` lets other machines in, and there is no password";
            return Err(Failure::message(Exit::Usage, text).hint("set BIOWATCH_UP_PASSWORD"));
        }
    };
    if password.reveal().chars().count() < SHORTEST {
        let text = format!("the password is shorter than {SHORTEST} characters");
        return Err(Failure::message(Exit::Usage, text)
            .hint("three words that do not belong together are a good one"));
    }
    Ok(password)
}
