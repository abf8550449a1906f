"""The actions of SQS that a reader of a queue needs, whichever protocol asks for them.

Signatures are not verified; a request that carries none is refused. A queue comes into being when it
is first named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.deps import SandboxDeps

from .queues import Message, Queue, well_formed

Answer = dict[str, Any]
MOST_RECEIVED = 10
MOST_VISIBILITY = 43_200


class SqsError(Exception):
    """`code` is the name of today's protocol, `old_code` that of the query protocol."""

    def __init__(self, code: str, text: str, status: int = 400, old_code: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status
        self.old_code = old_code or code


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its parameters as the JSON protocol has them; `base` is the service's address."""

    deps: SandboxDeps
    base: str
    region: str
    fields: Mapping[str, Any]

    @property
    def sns_base(self) -> str:
        return self.base.removesuffix(f"/sqs/{self.region}") + "/sns"

    def queue(self) -> Queue:
        """The queue of QueueUrl, with everything in it that is due."""
        url = self.text("QueueUrl")
        account, _, name = url.removeprefix(f"{self.base}/").partition("/")
        if not url.startswith(f"{self.base}/") or not account or not name or "/" in name:
            raise _unknown_queue()
        queue = self.deps.streams.queues.by_arn.get(self.arn(account, name))
        if queue is None:
            raise _unknown_queue()
        self.deps.streams.fill(queue.arn, self.sns_base)
        return queue

    def arn(self, account: str, name: str) -> str:
        return f"arn:aws:sqs:{self.region}:{account}:{name}"

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if not isinstance(value, str) or not value:
            raise SqsError("MissingParameter", f"The request must contain the parameter {name}.")
        return value

    def number(self, name: str, default: int | None, low: int, high: int) -> int | None:
        value = self.fields.get(name, default)
        if value is None:
            return None
        found = int(value) if str(value).isascii() and str(value).isdigit() else -1
        if not low <= found <= high:
            text = f"Value {str(value)[:40]} for parameter {name} is invalid. Reason: Must be between {low} and {high}."
            raise SqsError("InvalidParameterValue", text)
        return found


def create_queue(call: Call) -> Answer:
    name, account = call.text("QueueName"), "000000000000"
    if not (
        name.replace("-", "").replace("_", "").isalnum() and name.isascii() and len(name) <= 80
    ):
        text = (
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )
        raise SqsError("InvalidParameterValue", text)
    call.deps.streams.queues.open(call.arn(account, name))
    return {"QueueUrl": f"{call.base}/{account}/{name}"}


def get_queue_url(call: Call) -> Answer:
    account = call.fields.get("QueueOwnerAWSAccountId")
    for queue in call.deps.streams.queues.by_arn.values():
        _, _, _, region, owner, name = queue.arn.split(":")
        if region == call.region and name == call.text("QueueName") and account in {None, owner}:
            return {"QueueUrl": f"{call.base}/{owner}/{name}"}
    raise _unknown_queue()


def list_queues(call: Call) -> Answer:
    arns = [arn.split(":") for arn in sorted(call.deps.streams.queues.by_arn)]
    return {"QueueUrls": [f"{call.base}/{a[4]}/{a[5]}" for a in arns if a[3] == call.region]}


def get_queue_attributes(call: Call) -> Answer:
    queue = call.queue()
    counts = call.deps.streams.queues.counts(queue.arn)
    known = {
        "QueueArn": queue.arn,
        "ApproximateNumberOfMessages": str(counts.visible),
        "ApproximateNumberOfMessagesNotVisible": str(counts.in_flight),
        "ApproximateNumberOfMessagesDelayed": str(counts.delayed),
        "CreatedTimestamp": str(int(queue.created_at.timestamp())),
        "VisibilityTimeout": str(queue.visibility_seconds),
        "MaximumMessageSize": "262144",
        "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0",
    }
    asked = _names(call.fields.get("AttributeNames"))
    wrong = [name for name in asked if name not in known and name != "All"]
    if wrong:
        raise SqsError("InvalidAttributeName", f"Unknown Attribute {wrong[0][:60]}.")
    chosen = known if "All" in asked else {name: known[name] for name in asked}
    return {"Attributes": chosen}


def receive_message(call: Call) -> Answer:
    most = call.number("MaxNumberOfMessages", 1, 1, MOST_RECEIVED)
    seconds = call.number("VisibilityTimeout", None, 0, MOST_VISIBILITY)
    queue = call.queue()
    found = call.deps.streams.queues.receive(queue.arn, most or 1, seconds)
    names = call.fields.get("AttributeNames") or call.fields.get("MessageSystemAttributeNames")
    return {"Messages": [_shown(item, _names(names)) for item in found]} if found else {}


def delete_message(call: Call) -> Answer:
    queue = call.queue()
    call.deps.streams.queues.delete(queue.arn, [_receipt(call.text("ReceiptHandle"))])
    return {}


def delete_message_batch(call: Call) -> Answer:
    queue, entries = call.queue(), _entries(call)
    good = [item for item in entries if well_formed(str(item.get("ReceiptHandle")))]
    call.deps.streams.queues.delete(queue.arn, [str(item["ReceiptHandle"]) for item in good])
    failed = [
        {
            "Id": item["Id"],
            "SenderFault": True,
            "Code": "ReceiptHandleIsInvalid",
            "Message": _INVALID,
        }
        for item in entries
        if item not in good
    ]
    return {"Successful": [{"Id": item["Id"]} for item in good], "Failed": failed}


def change_message_visibility(call: Call) -> Answer:
    queue, receipt = call.queue(), _receipt(call.text("ReceiptHandle"))
    seconds = call.number("VisibilityTimeout", None, 0, MOST_VISIBILITY)
    if seconds is None:
        raise SqsError(
            "MissingParameter", "The request must contain the parameter VisibilityTimeout."
        )
    if not call.deps.streams.queues.change_visibility(queue.arn, receipt, seconds):
        raise SqsError(
            "InvalidParameterValue",
            "Message does not exist or is not available for visibility timeout change.",
        )
    return {}


def purge_queue(call: Call) -> Answer:
    call.deps.streams.queues.purge(call.queue().arn)
    return {}


ACTIONS: Mapping[str, Callable[[Call], Answer]] = {
    "CreateQueue": create_queue,
    "GetQueueUrl": get_queue_url,
    "ListQueues": list_queues,
    "GetQueueAttributes": get_queue_attributes,
    "ReceiveMessage": receive_message,
    "DeleteMessage": delete_message,
    "DeleteMessageBatch": delete_message_batch,
    "ChangeMessageVisibility": change_message_visibility,
    "PurgeQueue": purge_queue,
}
_INVALID = "The input receipt handle is invalid."


def _unknown_queue() -> SqsError:
    text = "The specified queue does not exist."
    return SqsError("QueueDoesNotExist", text, old_code="AWS.SimpleQueueService.NonExistentQueue")


def _receipt(value: str) -> str:
    if not well_formed(value):
        raise SqsError("ReceiptHandleIsInvalid", _INVALID)
    return value


def _names(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _entries(call: Call) -> list[dict[str, Any]]:
    """From 1 to 10, with ids of their own."""
    found: list[Any] = call.fields.get("Entries") or []
    whole = [item for item in found if isinstance(item, dict) and isinstance(item.get("Id"), str)]
    if not found:
        raise SqsError(
            "EmptyBatchRequest",
            "There should be at least one DeleteMessageBatchRequestEntry in the request.",
        )
    if len(found) > MOST_RECEIVED:
        raise SqsError(
            "TooManyEntriesInBatchRequest",
            f"Maximum number of entries per request are {MOST_RECEIVED}.",
        )
    if len({item["Id"] for item in whole}) != len(found):
        raise SqsError(
            "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."
        )
    return whole


def _shown(message: Message, names: list[str]) -> Answer:
    shown: Answer = {
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": message.md5,
        "Body": message.body,
    }
    first = message.first_received_at or message.sent_at
    known = {
        "SentTimestamp": str(int(message.sent_at.timestamp() * 1000)),
        "ApproximateReceiveCount": str(message.receives),
        "ApproximateFirstReceiveTimestamp": str(int(first.timestamp() * 1000)),
        "SenderId": "AIDASNS",
    }
    chosen = {n: v for n, v in known.items() if n in names or "All" in names}
    return shown | ({"Attributes": chosen} if chosen else {})
