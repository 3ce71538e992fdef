//! Many requests at the same time.

use std::{future::poll_fn, pin::Pin, task::Poll};

/// Asks `count` times at once; the answers in the order of asking.
pub async fn at_once<F: Future>(count: usize, ask: impl Fn(usize) -> F) -> Vec<F::Output> {
    let mut asked: Vec<Pin<Box<F>>> = (0..count).map(|number| Box::pin(ask(number))).collect();
    let mut answers: Vec<Option<F::Output>> = (0..count).map(|_| None).collect();
    poll_fn(move |context| {
        for (question, answer) in asked.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let Poll::Ready(given) = question.as_mut().poll(context)
            {
                *answer = Some(given);
            }
        }
        if answers.iter().all(Option::is_some) {
            Poll::Ready(answers.drain(..).flatten().collect())
        } else {
            Poll::Pending
        }
    })
    .await
}
