"""What came of drafts, the journal, and the owner's corrections"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three more tables."""
    op.create_table(
        "corrections",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("rejection", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sender", sa.JSON(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("ix_corrections_account", "corrections", ["account"], unique=False)
    op.create_table(
        "lessons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("date", sa.DateTime(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("advice", sa.Boolean(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("fingerprint"),
    )
    op.create_index("ix_lessons_account", "lessons", ["account"], unique=False)
    op.create_index("ix_lessons_date", "lessons", ["date"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("sent_id", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("ix_sightings_account", "sightings", ["account"], unique=False)
    op.create_index("ix_sightings_sent_id", "sightings", ["sent_id"], unique=False)


def downgrade() -> None:
    """Back to the revision before."""
    for table in ("sightings", "lessons", "corrections"):
        op.drop_table(table)
