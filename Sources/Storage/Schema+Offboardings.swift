// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Offboardings, what they plan, and whom they keep frozen.
    static let offboardings: [String] = [
        """
        CREATE TABLE offboardings (
            id TEXT PRIMARY KEY, subject TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
            started_by TEXT NOT NULL, started_at BIGINT NOT NULL, deadline BIGINT NOT NULL, ended_at BIGINT, erase_at BIGINT,
            erased_at BIGINT, cancelled_by TEXT, has_locked BIGINT NOT NULL, planned TEXT, alerts BIGINT NOT NULL,
            total BIGINT NOT NULL, terms TEXT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE INDEX offboardings_open ON offboardings (state, erase_at)",
        """
        CREATE TABLE offboarding_items (
            offboarding TEXT NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,
            action TEXT NOT NULL, risk BIGINT NOT NULL, state TEXT NOT NULL, rotation TEXT, attempts BIGINT NOT NULL,
            note TEXT, done_at BIGINT, next_at BIGINT, PRIMARY KEY (offboarding, number))
        """,
        "CREATE INDEX offboarding_items_by_state ON offboarding_items (offboarding, state, risk DESC, number)",
        "CREATE INDEX offboarding_items_by_rotation ON offboarding_items (rotation) WHERE rotation IS NOT NULL",
        "CREATE TABLE frozen (owner TEXT NOT NULL, offboarding TEXT NOT NULL, PRIMARY KEY (owner, offboarding))",
        "CREATE INDEX events_by_subject ON events (subject, sequence) WHERE subject IS NOT NULL",
    ]
}
