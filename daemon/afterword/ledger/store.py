"""Opening the ledger's database: file modes, pragmas, migrations."""

import os
import sqlite3
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, Connection, ExceptionContext, make_url
from sqlalchemy.pool import StaticPool

from afterword.errors import LedgerUnusable, UserError
from afterword.ledger.tables import metadata

HEAD = "0004"  # the newest revision; a test holds it against the migrations


def open_engine(url: str) -> Engine:
    """The ledger at `url`, created with mode 0600 and migrated to the newest revision when need be."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise UserError(f"The ledger's URL is not taken: {url}", "Write sqlite:////absolute/path/ledger.db.")
    path = Path(parsed.database)
    try:
        _create_private(path)
        engine = _engine(parsed)
        migrate(engine)
    except (OSError, LedgerUnusable) as error:
        raise UserError(
            f"The ledger at {path} cannot be opened: {error}",
            "Check the path, its permissions and the free space.",
        ) from None
    return engine


def file_of(url: str) -> Path:
    """The file of a ledger's database."""
    return Path(make_url(url).database or "")


def open_copy(url: str) -> Engine:
    """A private copy in memory of the ledger at `url` (empty if there is none): a dry run writes nothing."""
    engine = create_engine("sqlite://", poolclass=StaticPool, hide_parameters=True)
    path = file_of(url)
    if path.is_file():
        with engine.connect() as connection:
            target = connection.connection.driver_connection
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as source:
                source.backup(target)  # type: ignore[arg-type]  # the driver's own connection, typed Any|None
            source.close()
        migrate(engine)
    else:
        metadata.create_all(engine)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the schema to HEAD; Alembic is imported only when there is something to do."""
    with engine.begin() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.begin() as connection:
        # Two processes may start at once on a ledger that is not there yet: the second waits, and finds it made.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if _revision(connection) == HEAD:
            return
        from alembic import command
        from alembic.config import Config

        with as_file(files("afterword.ledger") / "migrations") as folder:
            config = Config(attributes={"connection": connection})
            config.set_main_option("script_location", str(folder))
            command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def _create_private(path: Path) -> None:
    """Nobody but the owner may read the ledger: SQLite gives its journal the mode of the database."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _engine(url: URL) -> Engine:
    # What a mail says is bound to statements; no error may carry it into a log.
    engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)
    event.listen(engine, "handle_error", _in_our_words)

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
        # A rollback journal, so that a reader with mode=ro needs to write nothing; FULL, so that what is
        # recorded as intended survives a power cut.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = FULL")
        # What is forgotten is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")

    return engine


def _in_our_words(context: ExceptionContext) -> None:
    """What befalls the file (full disk, lost permission, damage, a lock that is held for long) is one error to everybody else."""
    error = context.original_exception
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        raise LedgerUnusable(
            f"The ledger cannot be used: {error}.",
            "Check the free space and the permissions where it lies, and that nothing else holds it for long.",
        )
