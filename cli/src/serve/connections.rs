//! Below HTTP: who is let in, for how long, and how all of them are shown out.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::patient::Patient;
use super::signals::Stop;

/// How many clients are connected at once; more of them wait.
const CONNECTIONS: u32 = 512;

/// What a client may still have to say after it was answered and is hung up on.
const LAST_WORDS: u64 = 4 << 20;

/// How long calls may go on once the service is to stop.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Serves until told to stop; then finishes the calls that have begun.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    mut stop: Stop,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let (closing, is_closing) = watch::channel(false);
    {
        let mut told = pin!(stop.told());
        while let Some((stream, place)) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut told => None,
        } {
            let connection = connection(stream, router.clone(), patience, is_closing.clone());
            tokio::spawn(async move {
                connection.await;
                drop(place);
            });
        }
    }
    drop(listener);
    // Nobody is left to tell if all have gone.
    let _ = closing.send(true);
    tokio::select! {
        _ = places.acquire_many(CONNECTIONS) => {}
        () = sleep(PATIENCE) => {}
        // Told twice: at once.
        () = stop.told() => {}
    }
}

/// The next client, and its place among those that are connected at once.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Some((stream, place)),
            // Too many open files, or a client that has gone again: others may come.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Answers the requests of one client, one after the other.
async fn connection(
    stream: TcpStream,
    router: Router,
    patience: Duration,
    is_closing: watch::Receiver<bool>,
) {
    // Answers are short, and nothing is to wait for more of them.
    let _ = stream.set_nodelay(true);
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(
            TokioIo::new(Patient::new(stream, patience)),
            TowerToHyperService::new(router),
        );
    let ended = tokio::select! {
        ended = poll_fn(|context| connection.poll_without_shutdown(context)) => Some(ended),
        () = told(is_closing) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|context| connection.poll_without_shutdown(context)).await
        }
    };
    if ended.is_ok() {
        hang_up(connection.into_parts().io.into_inner()).await;
    }
}

/// Waits until all clients are to be shown out.
async fn told(mut is_closing: watch::Receiver<bool>) {
    // Whoever would tell is gone: then, too.
    let _ = is_closing.wait_for(|closing| *closing).await;
}

/// Closes a connection so that the client gets the answer also if it is still sending: whoever
/// closes with something unread takes back what was sent, too.
async fn hang_up(mut stream: Patient) {
    let listen = async {
        stream.shutdown().await?;
        let mut left = LAST_WORDS;
        let mut unread = [0; 8192];
        while left > 0 {
            match stream.read(&mut unread).await? {
                0 => break,
                some => left = left.saturating_sub(some as u64),
            }
        }
        Ok::<(), std::io::Error>(())
    };
    // It is closed in any case.
    let _ = timeout(Duration::from_secs(1), listen).await;
}
