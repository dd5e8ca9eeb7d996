"""Tables that only a drill has: made by the database's owner, then the application's to use."""

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from server import config, privileges
from server.db import begin_write, db


def make(*statements: str) -> None:
    """Run statements that make tables. In an application's context; on PostgreSQL its own role may make none."""
    settings = config.current()
    if settings.is_sqlite:
        begin_write()
        for statement in statements:
            db.session.execute(text(statement))
        db.session.commit()
        return
    owner = create_engine(settings.as_owner().database_url, poolclass=NullPool)
    with owner.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        privileges.apply(connection)
    owner.dispose()
