"""API of background work."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from gridsup.actions import request_job
from gridsup.api.filters import InArea, Ordering
from gridsup.api.views import AreaCode, ScopedViewSet
from gridsup.composition import JOBS
from gridsup.models import Job


class JobRow(serializers.ModelSerializer[Job]):
    done = serializers.SerializerMethodField(help_text="steps that are done")

    class Meta:
        model = Job
        fields = [
            "id", "area_code", "name", "period", "state", "by", "attempts", "done", "steps_total", "counts", "error",
            "queued_at", "finished_at",
        ]  # fmt: skip

    def get_done(self, job: Job) -> int:
        return len(job.steps_done)


class JobDetail(JobRow):
    class Meta(JobRow.Meta):
        fields = [*JobRow.Meta.fields, "steps_done", "lease_until"]


class JobRequest(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=sorted(JOBS))
    period = serializers.CharField(max_length=10, help_text="as the job takes it: 2026-11-22, 2026-11, 2026Q4")
    area = AreaCode(help_text="code of the area that the work is for")


class JobFilter(InArea):
    ordering = Ordering(fields=["queued_at", "finished_at"])

    class Meta:
        model = Job
        fields = ["name", "state", "period"]


class JobViewSet(ScopedViewSet):
    """Background work: what was asked for, how far it is, what came out."""

    queryset = Job.objects.all()
    serializer_class = JobRow
    detail_serializer_class = JobDetail
    filterset_class = JobFilter

    @extend_schema(request=JobRequest, responses={200: JobDetail, 201: JobDetail})
    def create(self, request: Request) -> Response:
        """Queues a job; while the same one is queued or running, answers 200 with that one."""
        given = self.body(JobRequest)
        now = timezone.now()
        job = request_job(name=given["name"], period=given["period"], area_code=given["area"], by=self.officer, now=now)
        return self.answer(job, status.HTTP_201_CREATED if job.queued_at == now else status.HTTP_200_OK)
