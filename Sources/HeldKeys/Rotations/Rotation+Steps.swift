// SPDX-License-Identifier: Apache-2.0
internal import Access

extension Rotation {
    /// What is to be done next, at ``nextAt``; nil at the end and while only a person can act.
    package var step: RotationStep? {
        switch stage {
        case .waiting: .begin
        case .asked: nil
        case .minting: mintingStep
        case .setting: successor.map { .set($0) } ?? .draw
        case .testing: successor.map { .test($0) }
        case .switching, .watching: .look
        case .holding: .askHolders
        case .deleting: deletingStep
        case .confirming: .testDead
        case .reverting: .revert
        case .undoing: successorKey.map { .discard(key: $0) } ?? strayStep ?? .end
        case .done, .failed, .cancelled: nil
        }
    }

    private var mintingStep: RotationStep {
        if formerKey == nil, !isIdentified { return .identify }
        return strayStep ?? .mint
    }

    private var deletingStep: RotationStep {
        if !isSwept { return stray.map { .discard(key: $0.key) } ?? .find }
        guard mayDelete, kind == .minted, let formerKey else { return .testDead }
        return .delete(key: formerKey)
    }

    /// What stands between us and a key that is known to be the only one of its label.
    private var strayStep: RotationStep? {
        guard kind == .minted else { return nil }
        if let stray { return stray.isOurs ? .discard(key: stray.key) : .find }
        return mayHaveStray || (!keysAreNamed && known == nil) ? .find : nil
    }

    /// The intent to have a key made: from now on there may be one that we have not heard of.
    mutating func intendToMint() { mayHaveStray = true }

    /// Takes in what came of the step of ``step``. `wait`: how long until a step is tried again. What it returns happens
    /// to the credential in the same transaction.
    mutating func take(_ outcome: RotationOutcome, at now: Instant, wait: Length) -> VersionMove? {
        guard !isOver else { return nil }
        switch (stage, outcome) {
        case (.reverting, .failed(.formerDead, _)): goForward(at: now)
        case (.minting, .failed(let fault, _)) where fault.isLasting && tries >= Self.asksAtMost:
            (ending, cause) = (.failed, fault)
            enter(.undoing, at: now)
        case (_, .failed(let fault, let notBefore)): retry(fault, notBefore, at: now, wait: wait)
        case (.waiting, .begun): enter(kind == .minted ? .minting : kind == .set ? .setting : .asked, at: now)
        case (.minting, .identified(let key)):
            (formerKey, isIdentified) = (key, true)
            again(at: now)
        case (.minting, .listed(let rows)), (.undoing, .listed(let rows)), (.deleting, .listed(let rows)):
            listed(rows, at: now, wait: wait)
        case (.minting, .discarded), (.undoing, .discarded), (.deleting, .discarded): threwAway(at: now)
        case (.minting, .made(let version, let key)), (.asked, .made(let version, let key)):
            (successor, successorKey, mayHaveStray) = (version, key, false)
            enter(.testing, at: now)
        case (.setting, .made(let version, _)):
            successor = version
            again(at: now)
            return .carry(share: 0)
        // It was cancelled while the provider made it.
        case (.undoing, .made(_, let key)): successorKey = key
        case (.setting, .told): enter(.testing, at: now)
        case (.testing, .works), (.testing, .untested): return switchOver(at: now)
        case (.testing, .refused): return refuseSuccessor(at: now, wait: wait)
        case (.switching, .fine):
            enter(.watching, at: now)
            nextAt = now + terms.watch
            return .promote
        case (.watching, .fine): enter(kind == .set ? .confirming : .holding, at: now)
        case (.switching, .newRefused), (.watching, .newRefused), (.holding, .newRefused), (.deleting, .newRefused):
            turnBack(to: .failed, .newRefused, at: now)
        case (.holding, .holders(let count)): heldBy(count, at: now)
        case (.deleting, .deleted): enter(.confirming, at: now)
        case (.deleting, .refused), (.confirming, .refused): return finish(.refused, at: now)
        case (.confirming, .untested): return finish(.word, at: now)
        case (.confirming, .works): lives(at: now, wait: wait)
        // Nobody has deleted it yet; it is looked at again later.
        case (.deleting, .works), (.deleting, .untested): nextAt = now + Self.deletionLook
        case (.reverting, .reverted):
            enter(.undoing, at: now)
            mayHaveStray = kind == .minted
            return .revert
        case (.undoing, .ended): return endUndone(at: now)
        default: break
        }
        return nil
    }

    /// Keys with names are ours by their label; of others only those are told that were not there before.
    private mutating func listed(_ rows: [ProviderAnswer.Row], at now: Instant, wait: Length) {
        let others = rows.filter { $0.key != formerKey && $0.key != successorKey }
        let found: String?
        if keysAreNamed {
            found = others.first { $0.label == label }?.key
        } else if let known {
            found = others.first { !known.contains($0.key) && $0.key != discarded }?.key
        } else {
            known = rows.map(\.key)
            found = nil
        }
        guard let found else {
            (stray, mayHaveStray) = (nil, false)
            if stage == .deleting { isSwept = true }
            return again(at: now)
        }
        if stage == .deleting, !keysAreNamed {
            // Made by somebody else while ours was in use; it is none of ours.
            isSwept = true
            return again(at: now)
        }
        let isOurs = keysAreNamed || (stray?.key == found && stray?.isOurs == true)
        stray = Stray(key: found, isOurs: isOurs)
        if !isOurs { return retry(.unproven, nil, at: now, wait: wait) }
        if found == discarded { return retry(.stillAlive, nil, at: now, wait: wait) }
        again(at: now)
    }

    /// Whether another is there is looked for again.
    private mutating func threwAway(at now: Instant) {
        discarded = stray?.key ?? successorKey
        if stray == nil, stage == .undoing { successorKey = nil }
        stray = nil
        again(at: now)
    }

    private mutating func switchOver(at now: Instant) -> VersionMove {
        guard kind != .set, terms.share < 100, terms.firstLook > Length.seconds(0) else {
            enter(.watching, at: now)
            nextAt = now + terms.watch
            return .promote
        }
        enter(.switching, at: now)
        nextAt = now + terms.firstLook
        return .carry(share: terms.share)
    }

    /// A key that was just made may take a while to be known everywhere.
    private mutating func refuseSuccessor(at now: Instant, wait: Length) -> VersionMove? {
        switch kind {
        case .byHand:
            enter(.asked, at: now)
            (successor, fault) = (nil, .newRefused)
            return .dropPending
        case .set:
            enter(.setting, at: now)
            retry(.newRefused, nil, at: now, wait: wait)
        case .minted:
            guard tries >= Self.testsAtMost else {
                retry(.newRefused, nil, at: now, wait: wait)
                return nil
            }
            turnBack(to: .failed, .newRefused, at: now)
        }
        return nil
    }

    private mutating func heldBy(_ count: Int64, at now: Instant) {
        holders = count
        guard count > 0, now < since + terms.holders else { return enter(.deleting, at: now) }
        nextAt = min(now + Self.holdersLook, since + terms.holders)
    }

    /// It was said to be deleted, and it lives: asked for again, and listed until it is dead.
    private mutating func lives(at now: Instant, wait: Length) {
        if kind != .set { stage = .deleting }
        retry(.stillAlive, nil, at: now, wait: wait)
    }

    /// There is no way back any more.
    private mutating func goForward(at now: Instant) {
        ending = nil
        enter(.confirming, at: now)
        fault = .formerDead
    }

    private mutating func finish(_ proof: Proof, at now: Instant) -> VersionMove {
        self.proof = proof
        end(.done, at: now)
        return .finish
    }

    private mutating func endUndone(at now: Instant) -> VersionMove {
        guard ending == .failed, cause == .newRefused, kind == .minted, attempt < Self.attemptsAtMost else {
            end(ending ?? .failed, at: now)
            return .release
        }
        // Another key may work where this one did not.
        attempt += 1
        (successor, known, ending, cause) = (nil, nil, nil, nil)
        enter(.minting, at: now)
        return .dropPending
    }

    // MARK: Time

    /// How often a key that was just made is tested before it is given up.
    package static let testsAtMost: Int64 = 8
    /// How often a key is asked for where the provider's answers leave no hope that time will mend them.
    package static let asksAtMost: Int64 = 8
    /// How many keys are asked for in one rotation.
    package static let attemptsAtMost: Int64 = 3
    /// How often it is looked whether holders have moved, and whether a person has deleted a key.
    static let holdersLook = Length.seconds(30)
    static let deletionLook = Length.seconds(600)

    mutating func enter(_ stage: Stage, at now: Instant) {
        self.stage = stage
        since = now
        tries = 0
        fault = nil
        nextAt = stage == .asked ? nil : now
    }

    private mutating func again(at now: Instant) {
        nextAt = now
        fault = nil
    }

    private mutating func retry(_ fault: RotationFault, _ notBefore: Instant?, at now: Instant, wait: Length) {
        self.fault = fault
        tries += 1
        nextAt = max(now + wait, notBefore ?? now)
    }

    /// Goes back to the former value, and undoes what was begun.
    mutating func turnBack(to ending: Stage, _ cause: RotationFault?, at now: Instant) {
        (self.ending, self.cause) = (ending, cause)
        enter(.reverting, at: now)
    }

    /// Whether only the time of the next try is another than it was.
    func isWaitingAgain(as before: Rotation) -> Bool {
        var same = self
        (same.nextAt, same.tries) = (before.nextAt, before.tries)
        return same == before
    }

    /// Nothing can be done any more; what may live on at the provider stays written down.
    mutating func abandon(at now: Instant) {
        cause = .credentialDeleted
        end(.failed, at: now)
    }

    mutating func end(_ stage: Stage, at now: Instant) {
        self.stage = stage
        ending = nil
        since = now
        nextAt = nil
        endedAt = now
    }
}
