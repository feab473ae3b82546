"""What a deployment says of its ServiceNow: one table of one instance, and how to come in. Pure."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from tierline.channels.addresses import secure_address
from tierline.trackers.tracker import Stage

WRONG_KIND = "We work on incidents (INC) only. Please open this as an INC; a SCTASK cannot be taken here."


class Account(BaseModel):
    """One table of one instance, by user and password or by an OAuth client. The states are the vendor's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    user: str = ""
    password: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    table: Literal["incident", "change_request"] = "incident"
    queue: str = ""  # the assignment group, by name or sys_id
    stages: dict[str, Stage] = Field(default_factory=dict)  # a state's number -> what it means
    states: dict[str, str] = Field(default_factory=dict)  # a stage, or the instance's own word -> the state's number
    fields: dict[str, str] = Field(default_factory=dict)  # our word -> column
    open_with: dict[str, str] = Field(default_factory=dict)  # columns every new record gets
    hold_reason: str = "1"
    follow_up_column: str = "follow_up"
    close_code: str = "Solved (Permanently)"
    say_in: Literal["comments", "work_notes"] = "comments"
    system_users: frozenset[str] = frozenset({"system"})
    not_taken: tuple[str, ...] = ("sc_task",)
    wrong_kind_answer: str = WRONG_KIND
    look_back_days: int = Field(default=7, ge=1, le=90)
    system: str = "servicenow"

    @field_validator("address")
    @classmethod
    def _address(cls, written: str) -> str:
        return secure_address(written)

    @model_validator(mode="after")
    def _signs_in(self) -> "Account":
        if not (self.user and self.password.get_secret_value()) and not (
            self.client_id and self.client_secret.get_secret_value()
        ):
            raise ValueError("give user and password, or client_id and client_secret")
        return self
