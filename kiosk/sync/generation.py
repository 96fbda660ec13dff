"""Asking for a piece until there is one, or it is certain that there will be none.

One wish keeps one Idempotency-Key over all tries, so a broken connection never makes two pieces. `service` calls this;
the counterpart is `kiosk.server.jobs`.
"""

from typing import Final

from kiosk.domain.errors import KioskError, ServerRefused, ServerUnreachable
from kiosk.domain.ids import new_id
from kiosk.domain.ports import Clock, Random
from kiosk.protocol.artworks import GenerateReply, GenerateRequest
from kiosk.sync.backoff import Backoff
from kiosk.sync.client import ApiClient

WAIT_S: Final = 30
JOB_POLL_S: Final = 1.0
GIVE_UP_AFTER_S: Final = 180.0
RETRIES: Final = Backoff(base_s=0.5, cap_s=15.0)


class GenerationFailed(KioskError):
    """The server tried and could not make the piece; `job_id` names the attempt, "" when it never got one."""

    code = "generation_failed"

    def __init__(self, message: str, *, job_id: str = "") -> None:
        super().__init__(message)
        self.job_id = job_id


async def make_piece(
    request: GenerateRequest,
    *,
    client: ApiClient,
    clock: Clock,
    random: Random,
    give_up_after_s: float = GIVE_UP_AFTER_S,
    faults_for_s: float = GIVE_UP_AFTER_S,
) -> GenerateReply:
    """Return the finished piece of one wish.

    Faults of the network and of the server (5xx) are tried again until they have lasted `faults_for_s`, or
    `give_up_after_s` has passed since the start, then raised; a refusal (4xx) is raised at once; a job that failed is
    GenerationFailed.
    """
    deadline_s = clock.monotonic() + give_up_after_s
    fault_deadline_s = min(deadline_s, clock.monotonic() + faults_for_s)
    key = new_id()
    job_id: str | None = None
    attempt = 0
    while True:
        try:
            if job_id is None:
                reply = await client.generate(request, wait_s=WAIT_S, idempotency_key=key)
                if isinstance(reply, GenerateReply):
                    return reply
                job_id = reply.job_id
            result = await _job_result(client, job_id)
            if result is not None:
                return result
            attempt = 0
            delay_s = JOB_POLL_S
            fault_deadline_s = min(deadline_s, clock.monotonic() + faults_for_s)
        except (ServerUnreachable, ServerRefused) as error:
            if isinstance(error, ServerRefused) and error.status < 500:
                raise
            delay_s = RETRIES.delay_s(attempt, random, retry_after_s=getattr(error, "retry_after_s", None))
            attempt += 1
            if clock.monotonic() + delay_s >= fault_deadline_s:
                raise
        if clock.monotonic() >= deadline_s:
            raise GenerationFailed(f"The piece was not ready after {give_up_after_s:g} seconds.", job_id=job_id or "")
        await clock.sleep(delay_s)


async def _job_result(client: ApiClient, job_id: str) -> GenerateReply | None:
    job = await client.job(job_id)
    if job.state == "failed":
        raise GenerationFailed(job.reason or "The server could not make the piece.", job_id=job_id)
    return job.result if job.state == "done" else None
