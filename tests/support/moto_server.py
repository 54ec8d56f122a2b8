"""An AWS on loopback: moto's server inside the test process, taught what a Fargate stack needs of it.

moto forgets some of what such a stack says, and a second plan would show it as changes for ever. What a few
lines can teach it is taught below, so that a second plan really proves something; the rest is changes.GAPS.
"""

import functools
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import boto3
import moto.settings
from botocore import xform_name
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.responses import BaseResponse, EmptyResult
from moto.ec2.models.subnets import Subnet
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.efs.models import FileSystem
from moto.efs.responses import EFSResponse
from moto.elasticache.models import CacheCluster, ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler
from moto.route53.exceptions import NoSuchHostedZone
from moto.route53.models import Route53Backend
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer
from werkzeug.exceptions import HTTPException

from support import moto_more
from support.emulator import forget_all

# One of moto's methods that answer an AWS action: takes the response object, returns the answer.
Handler = Callable[[Any], Any]


class LoggedCall(NamedTuple):
    """A call that may have changed something: when, what, and both sides of it as text."""

    at: float
    action: str
    asked: str
    answer: str


CALLS: list[LoggedCall] = []
"""Every such call that this process's emulator answered, in order."""
_READS = ("Describe", "Get", "List")


class Moto:
    """The running emulator. All stacks of a process share its one account; `reset` empties it."""

    def __init__(self) -> None:
        _teach()
        # Its log of every request would bury what a failing test has to say.
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        self._server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.url = f"http://{host}:{port}"

    def boto3_client(self, name: str, region: str = "us-east-1") -> Any:
        """A client of the service `name`, to see what has been built."""
        return boto3.client(
            name,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def reset(self) -> None:
        """Forgets everything that was built, in all regions; so no stack may stay applied for a session."""
        forget_all(self.url)

    def stop(self) -> None:
        """Ends the server."""
        self._server.stop()


@functools.cache
def _teach() -> None:
    """Fills moto's gaps, once a process and before its first request."""
    # An answer in one piece. Of one whose head and body come apart, the provider sometimes drops the body and
    # asks again (1 request in 1,000 on a busy machine), which a Create answers with "already exists".
    MotoRequestHandler.wbufsize = 1 << 20
    _replace(DomainDispatcherApplication, "__call__", _one_at_a_time)
    _replace(BaseResponse, "call_action", _fail_at_once)
    _replace(EC2ContainerServiceResponse, "create_service", _remember_settings)
    _replace(EC2ContainerServiceResponse, "update_service", _remember_settings)
    IAMBackend._init_aws_policies = _policies_of_aws
    _replace(ApplicationAutoScalingResponse, "register_scalable_target", _remember_tags)
    _replace(S3Response, "_bucket_response", _log_bucket_calls)
    CacheCluster.cache_nodes = property(_cache_nodes)
    CacheCluster.security_groups = property(_cache_security_groups)
    _replace(ElastiCacheBackend, "delete_cache_cluster", _forget_cluster)
    ElastiCacheResponse.delete_cache_subnet_group = delete_cache_subnet_group
    moto.settings.ACM_VALIDATION_WAIT = 1  # seconds until a certificate is issued
    _replace(Route53Backend, "get_hosted_zone", _have_hosted_zone)
    _replace(Subnet, "get_filter_value", _find_by_ipv6)
    Subnet.ipv6_cidr_block_association_set = property(_ipv6_ranges)
    for method in (list_tags_for_resource, tag_resource, untag_resource):
        setattr(ApplicationAutoScalingResponse, method.__name__, method)
    FileSystem.backup_policy = property(_backup_policy)
    for of_file_systems in (put_backup_policy, delete_file_system_policy):
        setattr(EFSResponse, of_file_systems.__name__, of_file_systems)
    moto_more.teach()


def _replace(response: type[Any], method: str, lesson: Callable[[Any], Any]) -> None:
    original = getattr(response, method)
    setattr(response, method, functools.wraps(original)(lesson(original)))


def _one_at_a_time(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Has one request wait for another: moto's data are no match for threads, and one apply in dozens would
    find a dictionary that "changed size during iteration"."""
    turn = threading.Lock()

    def wrapped(application: Any, environ: Any, start_response: Any) -> Any:
        with turn:
            return answer(application, environ, start_response)

    return wrapped


def _fail_at_once(call_action: Handler) -> Handler:
    """Says what moto cannot do as an error of the caller's. moto's own answer is a 500, which the provider
    takes for a passing fault and repeats for eight minutes before it fails, without a word of why."""

    def wrapped(response: BaseResponse) -> Any:
        call = response.headers.get("amz-sdk-invocation-id")
        if call in _answered:
            return _answered[call]
        try:
            answer = call_action(response)
            _log(response, answer)
            _remember_answer(call, answer)
            return answer
        except HTTPException:  # an error of AWS's, which moto's server knows how to tell
            raise
        except Exception as error:
            return _refusal(response, f"moto: {type(error).__name__}: {error}")

    return wrapped


# The answers to the last calls, by the ID that a client gives a call and keeps when it asks again: one whose
# answer was lost on the way made its resource, and made anew it would "already exist".
_answered: dict[str, Any] = {}


def _remember_answer(call: str | None, answer: Any) -> None:
    if call and answer[0] < 300:
        _answered[call] = answer
        if len(_answered) > 1000:
            del _answered[next(iter(_answered))]


def _log(response: BaseResponse, answer: Any) -> None:
    action = response._get_action()
    if not action.startswith(_READS):
        in_body = "json" in response.headers.get("Content-Type", "")
        asked = response.body if in_body else json.dumps(response.querystring)
        asked = asked.decode() if isinstance(asked, bytes) else asked
        # In REST the path names what a call is about.
        path = "" if response.path == "/" else f"{response.path} "
        CALLS.append(LoggedCall(time.monotonic(), action, path + asked, str(answer)))


def _log_bucket_calls(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Keeps calls to S3, which moto answers apart from all others; the address names the bucket."""

    def wrapped(response: S3Response, request: Any, full_url: str) -> Any:
        answer = handler(response, request, full_url)
        action = str(response.data.get("Action", ""))
        of_a_part = (
            action in ("CreateBucket", "DeleteBucket") and "?" in full_url
        )  # moto has one name for many of them
        if action and not of_a_part and not action.startswith((*_READS, "Head")):
            CALLS.append(LoggedCall(time.monotonic(), action, full_url, full_url))
        return answer

    return wrapped


def _refusal(response: BaseResponse, why: str) -> tuple[int, dict[str, str], str]:
    """The answer 400, in the words of the protocol that the request came in."""
    if "json" in response.headers.get("Content-Type", ""):
        return 400, {}, json.dumps({"__type": "EmulatorFault", "message": why})
    error = f"<Error><Code>EmulatorFault</Code><Message>{escape(why)}</Message></Error>"
    # EC2 puts its errors one level deeper than everyone else; each side finds its own.
    return 400, {}, f"<Response><Errors>{error}</Errors>{error}</Response>"


# What AWS tells of a service as it was asked for, and moto drops.
SERVICE_SETTINGS = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
)


def _remember_settings(handler: Handler) -> Handler:
    """Lets an ECS service keep its settings, and its deployment the configurations of Service Connect and of
    EBS volumes."""

    def wrapped(response: EC2ContainerServiceResponse) -> Any:
        _refuse_other_volumes(response)
        answer = handler(response)
        service = answer.result["service"]
        for setting in SERVICE_SETTINGS:
            value = response._get_param(setting)
            if setting == "deploymentConfiguration" and value is not None:
                value = service.said = {**getattr(service, "said", {}), **value}  # an update says a part
            if value is not None:
                setattr(service, xform_name(setting), value)
        _reach_steady_state(service)
        if response._get_param("capacityProviderStrategy"):
            service.launch_type = None  # AWS has one or the other; moto says EC2 when it hears nothing
        connect = response._get_param("serviceConnectConfiguration")
        if connect is not None:
            service.deployments[0]["serviceConnectConfiguration"] = connect
        volumes = response._get_param("volumeConfigurations")
        if volumes is not None:
            service.deployments[0]["volumeConfigurations"] = volumes
        return answer

    return wrapped


def _refuse_other_volumes(response: EC2ContainerServiceResponse) -> None:
    """AWS keeps the EBS volumes of a service where an update says nothing of them, and refuses those that its
    task definition does not leave to the service."""
    cluster, service = response._get_param("cluster"), response._get_param("service")
    known = response.ecs_backend.describe_services(cluster, [service])[0] if service else []
    kept = known[0].deployments[0].get("volumeConfigurations") if known else None
    said = response._get_param("volumeConfigurations")
    configured = {each["name"] for each in (kept if said is None else said) or ()}
    name = response._get_param("taskDefinition") or known[0].task_definition
    task = response.ecs_backend.describe_task_definition(name)
    left = {each["name"] for each in task.volumes if each.get("configuredAtLaunch")}
    if configured - left:
        raise InvalidParameterException(
            "Volume configuration provided but no matching configuredAtLaunch volume found in task definition"
        )
    if left - configured:
        raise InvalidParameterException("Task definition requires volume configurations")  # in words of ours


@functools.cache
def _documents_of_aws() -> dict[str, Any]:
    """Those of AWS's managed policies that stacks attach; all of them would take a second at each reset."""
    known = json.loads(aws_managed_policies_data)
    return {name: data for name, data in known.items() if name.startswith("AmazonECSInfrastructureRole")}


def _policies_of_aws(backend: IAMBackend) -> list[AWSManagedPolicy]:
    """Lets AWS's managed policies exist."""
    account, region = backend.account_id, backend.region_name
    known = _documents_of_aws().items()
    return [AWSManagedPolicy.from_data(name, account, region, data) for name, data in known]


def _reach_steady_state(service: Any) -> None:
    """Lets an ECS service run all its tasks at once; moto runs none, and the provider would wait for them."""
    service.running_count, service.pending_count = service.desired_count, 0
    del service.deployments[1:]
    count = service.desired_count
    service.deployments[0] |= {"runningCount": count, "pendingCount": 0, "rolloutState": "COMPLETED"}


# Tags of scalable targets by ARN. moto draws a new ARN for each target, so nothing old is ever found here.
_tags: dict[str, dict[str, str]] = {}


def _remember_tags(register: Handler) -> Handler:
    """Lets a scalable target keep the tags that it is registered with."""

    def wrapped(response: ApplicationAutoScalingResponse) -> str:
        answer: str = register(response)
        tags = _tags.setdefault(json.loads(answer)["ScalableTargetARN"], {})
        tags.update(response._get_param("Tags") or {})
        return answer

    return wrapped


def _cache_nodes(cluster: CacheCluster) -> list[dict[str, Any]]:
    """The nodes of a cache cluster, with their addresses; moto has none."""
    endpoint = {"Address": f"{cluster.cache_cluster_id}.0001.use1.cache.amazonaws.com", "Port": cluster.port}
    node = {"CacheNodeId": "0001", "CacheNodeStatus": "available", "CustomerAvailabilityZone": "us-east-1a"}
    return [{**node, "CacheNodeCreateTime": cluster.cache_cluster_create_time, "Endpoint": endpoint}]


def _cache_security_groups(cluster: CacheCluster) -> list[dict[str, Any]]:
    return [{"SecurityGroupId": group, "Status": "active"} for group in cluster.security_group_ids]


def _forget_cluster(delete: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Lets a deleted cache cluster be gone; moto keeps it, and the provider would wait for it to go."""

    def wrapped(backend: ElastiCacheBackend, cache_cluster_id: str) -> Any:
        deleted = delete(backend, cache_cluster_id)
        del backend.cache_clusters[cache_cluster_id]
        return deleted

    return wrapped


def _find_by_ipv6(get: Callable[..., Any]) -> Callable[..., Any]:
    """Lets a subnet be found by the association of its IPv6 range; the provider would wait for ever."""

    def wrapped(subnet: Subnet, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "ipv6-cidr-block-association.association-id":
            return list(subnet.ipv6_cidr_block_associations)
        return get(subnet, filter_name, method_name)

    return wrapped


def _ipv6_ranges(subnet: Subnet) -> list[dict[str, Any]]:
    """The associations of a subnet's IPv6 ranges; moto puts the state of one into another."""
    return [
        {**association, "ipv6CidrBlockState": {"state": "associated"}}
        for association in subnet.ipv6_cidr_block_associations.values()
        if association["ipv6CidrBlockState"]["State"] == "associated"
    ]


def _have_hosted_zone(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Lets a stack's hosted zone exist, which is the user's and has the ID that the spec says; moto makes up
    IDs of its own."""

    def wrapped(backend: Route53Backend, id_: str) -> Any:
        try:
            return get(backend, id_)
        except NoSuchHostedZone:
            if not id_.startswith("Z"):
                raise
            made = backend.create_hosted_zone("example.com", private_zone=False)
            backend.zones[id_] = backend.zones.pop(made.id.removeprefix("/hostedzone/"))
            made.resource_id = id_
            return made

    return wrapped


def delete_cache_subnet_group(response: ElastiCacheResponse) -> EmptyResult:
    """ElastiCache's action of that name, which moto lacks."""
    del response.elasticache_backend.cache_subnet_groups[response._get_param("CacheSubnetGroupName")]
    return EmptyResult()


def list_tags_for_resource(response: ApplicationAutoScalingResponse) -> str:
    """Application Auto Scaling's action of that name, without which the provider waits for ever."""
    return json.dumps({"Tags": _tags.get(response._get_param("ResourceARN"), {})})


def tag_resource(response: ApplicationAutoScalingResponse) -> str:
    """Application Auto Scaling's action of that name."""
    _tags.setdefault(response._get_param("ResourceARN"), {}).update(response._get_param("Tags"))
    return "{}"


def put_backup_policy(response: EFSResponse) -> str:
    """moto has no such action, although file systems in it have backup policies."""
    said = json.loads(response.body)
    _file_system(response)._backup = said["BackupPolicy"]["Status"]
    return json.dumps(said)


def _backup_policy(system: FileSystem) -> dict[str, str] | None:
    """The policy as it was put, also of one that ended backups."""
    return {"Status": system._backup} if system._backup else None


def delete_file_system_policy(response: EFSResponse) -> str:
    """moto has no such action."""
    _file_system(response).file_system_policy = None
    return "{}"


def _file_system(response: EFSResponse) -> Any:
    return response.efs_backend.file_systems_by_id[response._get_param("FileSystemId")]


def untag_resource(response: ApplicationAutoScalingResponse) -> str:
    """Application Auto Scaling's action of that name."""
    for key in response._get_param("TagKeys"):
        _tags.get(response._get_param("ResourceARN"), {}).pop(key, None)
    return "{}"
