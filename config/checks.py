"""What must be right before the product starts: system checks that say in a sentence what is missing.

They run with every management command and, through `config.wsgi`, with the web server.
"""

from __future__ import annotations

import base64
import binascii
import os
import sys
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks

TAG = "ningju"
SECRET_LENGTH = 40
KEY_BYTES = 32
BOOT_FAILED = 3  # the exit code by which gunicorn's master knows that starting again is useless


def refuse_to_start_unsound() -> None:
    """End the process with the sentences of all failed checks."""
    errors = run_checks(tags=[TAG], include_deployment_checks=True)
    if errors:
        lines = ["凝聚没有启动：", *(f"  {error.id} {error.msg}。{error.hint}" for error in errors)]
        sys.stderr.write("\n".join(lines) + "\n")
        raise SystemExit(BOOT_FAILED)


@register(TAG)
def check_demonstration(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """A demonstration has known passwords: refuse it wherever something points to real use."""
    signs = [name for name in ("ALLOWED_HOSTS", "NINGJU_TLS") if os.environ.get(name)]
    if os.environ.get("NINGJU_ENV") == "production":
        signs.append("NINGJU_ENV=production")
    if not (settings.DEMO and signs):
        return []
    hint = "正式使用请去掉 NINGJU_DEMO；演示请去掉这些设置"
    return [
        Error(f"演示方式（NINGJU_DEMO=1）的口令是公开的，不能与 {'、'.join(signs)} 一起使用", hint, id="ningju.E001")
    ]


@register(TAG)
def check_readable(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Settings that are no number, no folder, no database, or do not go together."""
    found = [
        Error(f"{name} 写得不对", f"应为{wanted}", id="ningju.E010") for name, wanted in settings.UNREADABLE.items()
    ]
    if 2 * settings.WEB_WRITERS > settings.WEB_THREADS:
        hint = f"WEB_WRITERS 应不超过 WEB_THREADS（{settings.WEB_THREADS}）的一半，其余线程留给查看和登录"
        found.append(Error("同时保存的请求会占满全部线程", hint, id="ningju.E011"))
    log = Path(settings.SEAL_LOG)
    if not os.access(log if log.exists() else log.parent, os.W_OK):
        hint = f"请建立 {log.parent}，并让运行用户可以写入；或改 SEAL_LOG"
        found.append(Error(f"审计封存日志 {log} 无法写入", hint, id="ningju.E012"))
    return [*found]


@register(TAG)
def check_production(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Everything that real use needs from the environment."""
    if settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if settings.SECRET_KEY == settings.DEMO_SECRET or len(settings.SECRET_KEY) < SECRET_LENGTH:
        hint = f"请设置环境变量 SECRET_KEY，随机生成，不少于 {SECRET_LENGTH} 个字符"
        found.append(Error("没有设置自己的 SECRET_KEY", hint, id="ningju.E002"))
    if wrong := _wrong_keys():
        hint = f"请设置环境变量 FIELD_KEYS，如 k1=（随机 {KEY_BYTES} 字节的 base64）；密钥遗失则加密内容无法恢复，请另行保存"
        found.append(Error(wrong, hint, id="ningju.E003"))
    if settings.DEBUG:
        found.append(Error("调试方式（DEBUG）会显示程序内部信息", "请去掉环境变量 DEBUG", id="ningju.E004"))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        hint = "请设置环境变量 ALLOWED_HOSTS 为本系统的域名或地址，多个用逗号分开，不能用 *"
        found.append(Error("没有说明本系统用哪些域名访问", hint, id="ningju.E005"))
    return found + _check_transport()


@register(TAG, deploy=True)
def check_static_files(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """Styles and scripts are served from where `collectstatic` puts them."""
    if settings.DEMO or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return []
    return [Error("样式和脚本还没有就位", "请运行 manage.py collectstatic", id="ningju.E008")]


def _wrong_keys() -> str:
    """What is wrong with the keys of encrypted fields, in a sentence; empty when nothing is."""
    if settings.FIELD_KEYS == settings.DEMO_FIELD_KEYS:
        return "没有设置自己的 FIELD_KEYS"
    if not settings.FIELD_KEYS:
        return "没有设置 FIELD_KEYS"
    for key_id, text in settings.FIELD_KEYS.items():
        try:
            if len(base64.b64decode(text, validate=True)) != KEY_BYTES:
                return f"FIELD_KEYS 中的密钥“{key_id}”不是 {KEY_BYTES} 字节"
        except binascii.Error:
            return f"FIELD_KEYS 中的密钥“{key_id}”不是 base64"
    return ""


def _check_transport() -> list[CheckMessage]:
    """Pages travel encrypted: either a proxy in front ends TLS, or gunicorn does."""
    if settings.TLS not in ("proxy", "direct"):
        hint = "请设置 NINGJU_TLS=proxy（由前面的代理提供 HTTPS）或 NINGJU_TLS=direct（由本系统提供，另设 TLS_CERTIFICATE、TLS_KEY）"
        return [Error("没有设置加密传输（HTTPS）", hint, id="ningju.E006")]
    if settings.TLS == "proxy" and not _networks(settings.TRUSTED_PROXIES):
        hint = "请设置环境变量 TRUSTED_PROXIES 为代理的地址或网段，如 127.0.0.1；不设则所有人看起来来自同一个地址，一人输错口令会锁住大家"
        return [Error("没有说明前面的代理在哪里，或写的不是网段", hint, id="ningju.E009")]
    missing = [name for name in ("TLS_CERTIFICATE", "TLS_KEY") if not Path(os.environ.get(name, "")).is_file()]
    if settings.TLS == "direct" and missing:
        hint = "请把这些环境变量设为证书和私钥文件的路径"
        return [Error(f"找不到证书或私钥文件：{'、'.join(missing)}", hint, id="ningju.E007")]
    return []


def _networks(texts: list[str]) -> list[IPv4Network | IPv6Network]:
    """The networks that the texts name; none when one of them is no network."""
    try:
        return [ip_network(text) for text in texts]
    except ValueError:
        return []
