"""`manage.py backup FOLDER`: the database and the files, as they stand at one moment each; a stamp for 运行状况."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import tarfile
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from core.files import FOLDERS
from core.health import backup_stamp

LEFT_OUT = ("jobs", "static", "uploads")  # of the data folder: made anew by itself


class Command(BaseCommand):
    """Writes both files under the name of the moment; a file that is not whole keeps the ending .part."""

    help = "备份数据库和数据目录到指定目录，并记下时间供“运行状况”显示。密钥文件须另行保存"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="备份目录，应在另一块磁盘上，不能在数据目录里面")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder, data = folder.resolve(), Path(settings.DATA_DIR).resolve()
        if folder.is_relative_to(data):
            raise CommandError("备份目录不能在数据目录里面，请换一个目录，最好在另一块磁盘上")
        now = timezone.localtime()
        others = os.umask(0o077)  # names stand readable in the dump
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = folder / f"ningju-{now:%Y-%m-%d-%H%M%S}"
        dump = f"{name}.dump" if connection.vendor == "postgresql" else f"{name}.sqlite3"
        try:
            with tarfile.open(f"{name}.tar.part", "w") as archive:
                # the log of seals first: what is sealed in between is then in the database alone, and joins the log by itself
                self._files(archive, data)
                self._database(Path(f"{dump}.part"))
                # kept files last: of no row in the database is the file missing
                for kept in sorted({*FOLDERS}.difference(LEFT_OUT)):
                    self._kept(archive, data / kept)
            for path in (dump, f"{name}.tar"):
                Path(f"{path}.part").replace(path)
        except (OSError, sqlite3.Error, subprocess.CalledProcessError) as problem:
            for rest in folder.glob(f"{name.name}.*.part*"):  # else each night that finds no room takes more of it
                rest.unlink()
            advice = f"没有写完的文件已删除，请检查 {folder} 的剩余空间和权限，清理旧备份后再运行"
            raise CommandError(f"备份没有完成：{problem}。{advice}") from problem
        finally:
            os.umask(others)
        self.stdout.write(f"已备份：{dump}、{name}.tar")
        try:
            _stamp({"at": now.isoformat(), "folder": str(folder)})
        except OSError as problem:
            raise CommandError(
                f"备份已完成，但数据目录写不下备份时间：{problem}。请清理 {data} 所在的磁盘"
            ) from problem

    def _database(self, target: Path) -> None:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(target)) as copy:
                connection.connection.backup(copy)
            return
        connected = connection.connection.info.dsn_parameters | {"password": connection.settings_dict["PASSWORD"]}
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
        given = {variable: connected[name] for variable, name in names.items() if connected.get(name)}
        command = ["pg_dump", "--format=custom", "--no-owner", f"--file={target}"]
        try:
            subprocess.run(command, env={**os.environ, **given}, check=True)
        except FileNotFoundError as missing:
            raise CommandError("没有找到 pg_dump，没有备份；请安装 postgresql-client") from missing

    def _files(self, archive: tarfile.TarFile, data: Path) -> None:
        database = Path(str(connection.settings_dict["NAME"])).name if connection.vendor == "sqlite" else ""
        for path in sorted(data.iterdir()):
            if path.name not in (*LEFT_OUT, *FOLDERS) and not (database and path.name.startswith(database)):
                archive.add(path, path.name)

    def _kept(self, archive: tarfile.TarFile, folder: Path) -> None:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            with suppress(FileNotFoundError):  # removed meanwhile
                archive.add(path, f"{folder.name}/{path.name}")


def _stamp(stamp: Mapping[str, str]) -> None:
    """The former one stays where there is no room for this one."""
    fresh = backup_stamp().with_suffix(".new")
    try:
        fresh.write_text(json.dumps(stamp))
        fresh.replace(backup_stamp())
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
