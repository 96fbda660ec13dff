"""Generation: ask for a piece and wait for it, or ask later where its job stands."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Response

from kiosk.domain.artworks import Reason
from kiosk.protocol.artworks import Artwork, GenerateReply, GenerateRequest, GenerateSession, JobAccepted, JobState
from kiosk.server import store_artworks
from kiosk.server.api.callers import Caller, CallerFirst, TheServices
from kiosk.server.api.problems import ApiProblem, retry_after
from kiosk.server.api.queue import canonical_session
from kiosk.server.store_jobs import JobStatus
from kiosk.server.tables import AnyRow
from kiosk.server.wiring import Services

router = APIRouter(prefix="/api/generate-art", tags=["generation"], route_class=CallerFirst)

WAIT_S = 30
WAIT_MAX_S = 120
FAILED_RETRY_AFTER_S = 5.0
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\b", re.IGNORECASE | re.ASCII)


@router.post("", response_model=GenerateReply, responses={202: {"model": JobAccepted, "description": "Being made"}})
async def generate(
    services: TheServices,
    principal: Caller,
    request: GenerateRequest,
    prefer: Annotated[str | None, Header(max_length=200)] = None,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Response:
    """Make a piece for this music; equal wishes within a minute are one. Waits as `Prefer: wait=N` says (30 s).

    All who wait for one piece get the same reply; `deduplicated` when it had been made before.
    """
    arrived_ms = services.now_ms()
    session_id = await canonical_session(services, principal, request.session_id)
    submitted = await services.generation.submit(request, user_id=principal.user_id, idempotency_key=idempotency_key)
    wait_s = wait_of(prefer)
    job = await services.generation.wait(submitted.job_id, user_id=principal.user_id, seconds=wait_s)
    assert job is not None
    if job.state == JobStatus.FAILED:
        raise ApiProblem(503, "generation_failed", job.reason, headers=retry_after(FAILED_RETRY_AFTER_S))
    headers = {"Preference-Applied": f"wait={wait_s}"} if prefer else {}
    if job.state != JobStatus.DONE:
        headers["Location"] = f"/api/generate-art/{job.id}"
        return Response(JobAccepted(job_id=job.id).wire(), 202, headers, "application/json")
    reply = await _reply(services, job, session_id, asked_ms=arrived_ms)
    return Response(reply.wire(), headers=headers, media_type="application/json")


@router.get("/{job_id}")
async def job_state(services: TheServices, principal: Caller, job_id: str) -> JobState:
    """Tell where a job stands, with its piece once it is done."""
    job = await services.generation.wait(job_id, user_id=principal.user_id, seconds=0)
    if job is None:
        raise ApiProblem(404, "not_found", "There is no such job.")
    if job.state != JobStatus.DONE:
        return JobState(job_id=job.id, state=job.state, reason=job.reason if job.state == JobStatus.FAILED else None)
    session_id = await canonical_session(services, principal, None)
    return JobState(job_id=job.id, state=job.state, result=await _reply(services, job, session_id, asked_ms=0))


def wait_of(prefer: str | None) -> int:
    """Return the seconds a Prefer header asks to wait, at most `WAIT_MAX_S`; the default when it asks for none."""
    match = _WAIT.search(prefer or "")
    return min(int(match[1]), WAIT_MAX_S) if match else WAIT_S


async def _reply(services: Services, job: AnyRow, session_id: str, *, asked_ms: int) -> GenerateReply:
    row = await services.database.read(lambda connection: store_artworks.by_key(connection, job.artwork_id))
    is_fresh = row.fresh_until is not None and row.fresh_until > services.now_ms()
    artwork = Artwork.from_domain(store_artworks.to_domain(row, Reason.FRESH if is_fresh else Reason.UNSEEN))
    return GenerateReply(
        image_url=artwork.image_url,
        session=GenerateSession(id=artwork.id, session_id=session_id),
        artwork=artwork,
        deduplicated=row.created_at < asked_ms,
    )
