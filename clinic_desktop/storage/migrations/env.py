"""Runs inside the one transaction that storage/migrate.py has opened; never on its own."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
