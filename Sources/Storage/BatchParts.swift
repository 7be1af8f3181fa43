// SPDX-License-Identifier: Apache-2.0
internal import Access

extension Transaction {
    /// Runs one part of a batch in a savepoint of its own. A refusal undoes this part alone; where it was the caller's
    /// right that was missing, the refusal is an event.
    func attempt<Made>(
        _ part: BatchPart<Transaction, Made>, by caller: Caller, at now: Instant, using random: inout Randomness
    ) throws -> Outcome<Made> {
        var note = EventNote(part.action)
        do {
            let made = try inSavepoint { try part.body(self, &note) }
            try append(note, by: caller, at: now, using: &random)
            return .success(made)
        } catch let refusal as Refusal {
            if refusal.isRefusedRight {
                try append(EventNote(refused: refusal, note), by: caller, at: now, using: &random)
            }
            return .failure(refusal)
        }
    }

    private func inSavepoint<Made>(_ body: () throws -> Made) throws -> Made {
        let mark = effects.mark
        try statements.run("SAVEPOINT part", [])
        do {
            let made = try body()
            try statements.run("RELEASE SAVEPOINT part", [])
            return made
        } catch let refusal as Refusal {
            try statements.run("ROLLBACK TO SAVEPOINT part", [])
            try statements.run("RELEASE SAVEPOINT part", [])
            forgetEffects(after: mark)
            throw refusal
        }
    }
}
