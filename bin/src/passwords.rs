//! The passwords that neither file nor environment gave.

use std::io::IsTerminal;

use lalin_config::{Config, Secret};

use crate::error::Error;

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
        let prompt = format!("Password of {} on {}: ", router.user, router.host);
        let password = rpassword::prompt_password(prompt).map_err(|source| Error::Prompt { router: name, source })?;
        router.password = Some(Secret::new(password));
    }
    Ok(())
}
