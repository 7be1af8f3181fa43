// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// Signs how long the trail is and what it holds: extends the tree by the events that are new, and keeps the
/// checkpoint.
///
/// What was signed once is remembered in memory, so that a trail that is cut or rewritten under a running server is not
/// signed as if it had always been so.
package actor TrailSigner {
    private let engine: any Engine
    private let signer: NoteSigner
    private let longestSilence: Length
    private var last: Signed?

    private struct Signed {
        var top: TrailTop
        /// Nil when nothing was signed yet.
        var at: Instant?
    }

    /// A signer of the trail in `engine`. Without new events it signs anew after `longestSilence`.
    package init(engine: any Engine, signer: NoteSigner, longestSilence: Length) {
        self.engine = engine
        self.signer = signer
        self.longestSilence = longestSilence
    }

    /// Signs when there are new events, or when the last checkpoint is too old; also when it lies in the future, which
    /// is a clock that was set back.
    package func signIfDue(at now: Instant) async throws -> KeptCheckpoint? {
        let before = try await remembered()
        let top = try await extended(before.top)
        if top == before.top, let at = before.at, at <= now, now < at + longestSilence { return nil }
        return try await sign(top, at: now)
    }

    /// Signs, whether there is anything new or not.
    package func sign(at now: Instant) async throws -> KeptCheckpoint {
        try await sign(try await extended(try await remembered().top), at: now)
    }

    private func extended(_ top: TrailTop) async throws -> TrailTop {
        try await engine.read { statements in try top.extended(statements) }
    }

    private func sign(_ top: TrailTop, at now: Instant) async throws -> KeptCheckpoint {
        let frontier = top.frontier
        let checkpoint = Checkpoint(
            origin: signer.verifier.name, size: frontier.size, root: frontier.root, at: now)
        let note = signer.sign(checkpoint.text)
        let number = try await engine.write { statements in
            try CheckpointRows.keep(checkpoint, note, frontier, at: now, statements)
        } committed: { _ in
        }
        last = Signed(top: top, at: now)
        return KeptCheckpoint(number: number, checkpoint: checkpoint, note: note.description)
    }

    private func remembered() async throws -> Signed {
        if let last { return last }
        let signed = try await engine.read { [signer] statements in try Self.stored(signer.verifier, statements) }
        last = signed
        return signed
    }

    /// Where the last run stopped. A stored frontier counts only if it gives the root that was signed; else the tree is
    /// made anew, from the first event.
    private static func stored(_ verifier: VerifierKey, _ statements: any Statements) throws -> Signed {
        guard let newest = try CheckpointRows.newest(statements),
            let note = try? SignedNote(parsing: Array(newest.note.utf8)), note.isSigned(by: verifier),
            let checkpoint = try? Checkpoint(parsing: note.text)
        else { return Signed(top: .start) }
        guard let frontier = MerkleFrontier(size: checkpoint.size, peaks: newest.peaks),
            frontier.root == checkpoint.root
        else { return Signed(top: .start, at: newest.at) }
        return Signed(top: try TrailTop(frontier, statements), at: newest.at)
    }
}
