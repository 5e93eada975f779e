//! The passwords that neither file nor environment gave.

use std::io::IsTerminal;

use lalin_config::{Config, Secret};

use crate::error::Error;
use crate::words::say;

/// Asks for the passwords that neither file nor environment gave.
pub(crate) fn ask(config: &mut Config) -> Result<(), Error> {
    for router in &mut config.routers {
        // One that is switched off is not talked to.
        if router.password.is_some() || !router.enabled {
            continue;
        }
        let name = router.id.to_string();
        if !std::io::stdin().is_terminal() {
            return Err(Error::NoPassword { router: name });
        }
        let prompt = say("prompt.router", &[("user", &router.user), ("host", &router.host)]);
        let password = rpassword::prompt_password(prompt).map_err(|reason| Error::Prompt { router: name, reason })?;
        router.password = Some(Secret::new(password));
    }
    Ok(())
}
