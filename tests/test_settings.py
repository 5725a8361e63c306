"""The product starts only with sound settings, and says in a sentence what is missing."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from config.checks import TAG
from config.logs import MaskingFormatter

ROOT = Path(__file__).resolve().parent.parent
KEY = base64.b64encode(b"k" * 32).decode()
SOUND = {
    "DEMO": False,
    "SECRET_KEY": "s" * 50,
    "FIELD_KEYS": {"k1": KEY},
    "ALLOWED_HOSTS": ["a.example"],
    "TLS": "proxy",
    "TRUSTED_PROXIES": ["127.0.0.1"],
}


def complaints(*, deployed: bool = False) -> list[str]:
    """Ids of the checks that fail; every one has a sentence and a way out."""
    found = run_checks(tags=[TAG], include_deployment_checks=deployed)
    assert all(message.msg and message.hint for message in found)
    return [message.id for message in found]


@pytest.fixture
def production(settings: Any) -> Any:
    """Settings with which the product starts for real use."""
    for name, value in SOUND.items():
        setattr(settings, name, value)
    return settings


def test_sound_production_settings_pass(production):
    assert complaints() == []


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        pytest.param({"SECRET_KEY": "short"}, "ningju.E002", id="short secret"),
        pytest.param({"FIELD_KEYS": {"k1": "not base64!"}}, "ningju.E003", id="key that is no base64"),
        pytest.param({"FIELD_KEYS": {"k1": base64.b64encode(b"k" * 16).decode()}}, "ningju.E003", id="short key"),
        pytest.param({"FIELD_KEYS": {}}, "ningju.E003", id="no key at all"),
        pytest.param({"DEBUG": True}, "ningju.E004", id="debug"),
        pytest.param({"ALLOWED_HOSTS": []}, "ningju.E005", id="no hosts"),
        pytest.param({"ALLOWED_HOSTS": ["*"]}, "ningju.E005", id="all hosts"),
        pytest.param({"TLS": ""}, "ningju.E006", id="no TLS"),
        pytest.param({"TLS": "yes"}, "ningju.E006", id="unknown word for TLS"),
        pytest.param({"TRUSTED_PROXIES": []}, "ningju.E009", id="a proxy that nobody named"),
        pytest.param({"TRUSTED_PROXIES": ["10.0.0.1/8"]}, "ningju.E009", id="no network"),
        pytest.param({"TLS": "direct"}, "ningju.E007", id="TLS without a certificate"),
        pytest.param({"WEB_WRITERS": 11}, "ningju.E011", id="no threads left for reading"),
        pytest.param({"SEAL_LOG": "/nowhere/seals.log"}, "ningju.E012", id="seals that go nowhere"),
    ],
)
def test_production_refuses(production, wrong, complaint):
    for name, value in wrong.items():
        setattr(production, name, value)
    assert complaints() == [complaint]


def test_production_refuses_the_secrets_of_the_demonstration(production):
    production.SECRET_KEY, production.FIELD_KEYS = production.DEMO_SECRET, production.DEMO_FIELD_KEYS
    assert complaints() == ["ningju.E002", "ningju.E003"]


def test_production_refuses_to_serve_pages_without_their_styles(production, tmp_path):
    production.STATIC_ROOT = tmp_path
    assert complaints(deployed=True) == ["ningju.E008"]
    (tmp_path / "staticfiles.json").write_text("{}")
    assert complaints(deployed=True) == []


@pytest.mark.parametrize(
    "sign", [("NINGJU_ENV", "production"), ("NINGJU_TLS", "proxy"), ("ALLOWED_HOSTS", "a.example")]
)
def test_a_demonstration_refuses_every_sign_of_real_use(settings, monkeypatch, sign):
    settings.DEMO = True
    assert complaints() == []
    monkeypatch.setenv(*sign)
    assert complaints() == ["ningju.E001"]


@pytest.mark.parametrize(
    "command", [["-c", "import config.wsgi"], ["manage.py", "work", "--once"]], ids=["web", "worker"]
)
def test_processes_do_not_start_without_secrets(command, tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "NINGJU_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    ended = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode != 0
    assert "没有设置自己的 SECRET_KEY" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"DISK_RESERVE_MB": "500MB"}, "DISK_RESERVE_MB 写得不对。应为不小于 0 的整数"),
        ({"SESSION_IDLE_MINUTES": "0"}, "SESSION_IDLE_MINUTES 写得不对。应为不小于 1 的整数"),
        ({"DATABASE_URL": "postgresql://ningju:a/b@127.0.0.1/ningju"}, "写成 %2F 和 %3F"),
        ({"DATABASE_URL": "postgres"}, "DATABASE_URL 写得不对"),
        ({"NINGJU_DATA": "/proc/nowhere"}, "应为运行用户可以写入的目录"),
        ({"FIELD_KEYS": ""}, "没有设置 FIELD_KEYS"),
    ],
)
def test_careless_settings_are_told_in_a_sentence(tmp_path, wrong, said):
    environment = {
        "PATH": os.environ["PATH"], "NINGJU_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "s" * 50,
        "FIELD_KEYS": f"k1={KEY}", "ALLOWED_HOSTS": "a.example", "NINGJU_TLS": "proxy", "TRUSTED_PROXIES": "127.0.0.1",
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"], cwd=ROOT, env=environment | wrong, capture_output=True, text=True
    )
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_log_holds_no_names_and_no_long_numbers():
    try:
        raise ValueError("Key (name, id_number)=(欧阳·测试, 11010119900307851X) already exists, batch 1234567")
    except ValueError:
        record = logging.LogRecord("core", logging.ERROR, "", 0, "row of %s failed", ("王某",), sys.exc_info())
    line = MaskingFormatter("{levelname} {message}", style="{").format(record)
    assert line.startswith("ERROR row of … failed")
    assert "(name, id_number)=(…, …) already exists, batch 1234567" in line
    assert "欧阳" not in line


def test_robots_are_told_to_stay_away(client):
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_a_newcomer_without_settings_is_told_in_english_how_to_start():
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "help"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "make run" in told.stderr
    told = subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"NINGJU_DEMO": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "make run" not in told.stderr
