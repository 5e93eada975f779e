//! Finds the script that answers a command, and sends what it says.

use tokio::time::sleep;

use super::{Command, Reply};
use crate::Script;
use crate::session::Disconnected;
use crate::session::codec;
use crate::settings::Step;

/// Takes the steps of the first script that fits a command; one that is used up is removed.
pub(crate) fn take(scripts: &mut Vec<Script>, command: &Command) -> Option<Vec<Step>> {
    let at = scripts.iter().position(|script| script.uses != Some(0) && fits(script, command))?;
    let script = scripts.get_mut(at)?;
    script.uses = script.uses.map(|uses| uses - 1);
    if script.uses == Some(0) { Some(scripts.remove(at).steps) } else { Some(script.steps.clone()) }
}

fn fits(script: &Script, command: &Command) -> bool {
    script.path == command.path
        && script.words.iter().all(|word| command.words.contains(word))
        && (!script.exact || script.words.len() == command.words.len())
}

/// Sends what the steps say.
pub(crate) async fn run(steps: Vec<Step>, reply: &Reply) -> Result<(), Disconnected> {
    let mut is_open = true;
    for step in steps {
        match step {
            Step::Wait(time) => sleep(time).await,
            Step::Fatal(reason) => {
                reply.fatal(&reason).await?;
                return reply.close().await;
            }
            Step::Send(kind, words) => {
                is_open = kind != b"!done";
                let mut sentence = Vec::new();
                codec::begin(&kind, reply.tag(), &mut sentence);
                for word in &words {
                    codec::word(word, &mut sentence);
                }
                codec::end(&mut sentence);
                reply.send(sentence).await?;
            }
        }
    }
    if is_open {
        // Until the client cancels it, or the session ends.
        std::future::pending::<()>().await;
    }
    Ok(())
}
