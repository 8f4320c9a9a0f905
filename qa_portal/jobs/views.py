"""Pages of background work."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from qa_portal.core.policy import requires, signed_in
from qa_portal.jobs.operations import request_cancel
from qa_portal.jobs.progress import watch
from qa_portal.jobs.queries import job_for, own_jobs, with_progress
from qa_portal.jobs.rules import announced_step

JOBS_PER_PAGE = 20


@requires(signed_in)
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(own_jobs(request.user), JOBS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "jobs/list.html", {"page": page, "jobs": with_progress(list(page))})


@requires(signed_in)
@require_safe
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    [job] = with_progress([job_for(request.user, pk)])
    return render(request, "jobs/detail.html", {"job": job, "step": announced_step(job.state, job.shown_progress)})


@requires(signed_in)
@require_safe
def status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The changing part of the page; asks for itself again until the job is finished."""
    [job] = with_progress([job_for(request.user, pk)])
    if job.owner_id == request.user.pk:
        watch(job.pk)
    step = announced_step(job.state, job.shown_progress)
    context = {"job": job, "step": step, "is_announced": step != request.GET.get("heard"), "is_fragment": True}
    return render(request, "jobs/_status.html", context)


@requires(signed_in)
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = request_cancel(job_for(request.user, pk), by=request.user)
    return redirect("jobs:detail", pk=job.pk)
