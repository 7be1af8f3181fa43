// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys
internal import NIOCore
internal import Wire

/// What a request is made from once more: where its credential was replaced while the call was on its way, or a rotation
/// switches it, the provider refuses one value and would take another.
struct LendAgain {
    let draft: LendDraft
    /// What was sent of the body; nil where that is too much to keep, or nothing.
    private(set) var body: ByteBuffer?
    private var isTooMuch = false

    /// The longest body that is kept.
    private static let longest = 64 * 1024

    init(draft: LendDraft) { self.draft = draft }

    /// Whether the body can be had again.
    var isWhole: Bool { !isTooMuch }

    mutating func keep(_ piece: ByteBuffer) {
        guard !isTooMuch else { return }
        let count = (body?.readableBytes ?? 0) + piece.readableBytes
        guard count <= Self.longest else {
            isTooMuch = true
            body = nil
            return
        }
        // The usual body comes in one piece, which is kept where it is.
        if body == nil { body = piece } else { body?.writeImmutableBuffer(piece) }
    }
}

extension Lend {
    /// Whether the provider refused the credential and the call went out once more with another version of it; that
    /// happens once. What both answers tell of a rotation is passed on.
    func isRefused(_ status: Int, _ way: EventLoopState.WayOut) -> Bool {
        guard status == 401 || (status == 403 && way.loan.isSwitching) else {
            if let refused { state.lending.sawRefused(refused, taking: way.loan) }
            refused = nil
            return false
        }
        // Both versions are refused: it is not the version that they refuse.
        guard refused == nil else { return false }
        if status == 401, let token = way.token { state.tokenDesk.forget(token, of: way.loan.version.id) }
        guard let again, again.isWhole, let loan = otherLoan else {
            if way.loan.isSwitching { state.lending.sawRefused(way.loan) }
            return false
        }
        return goAgain(again, with: loan, insteadOf: way.loan)
    }

    private func goAgain(_ again: LendAgain, with loan: Loan, insteadOf former: Loan) -> Bool {
        self.again = nil
        let origin = again.draft.given.entrance?.origin ?? loan.origin
        guard loan.origins.contains(origin) else { return false }
        let next = state.way(of: loan, to: origin)
        guard case .written(let request, let body) = again.draft.write(loan, next, state, at: connection.clocks.now)
        else { return false }
        if former.isSwitching, loan.isSwitching { refused = former }
        exchange?.cancel()
        self.way = next
        wholeBody = body ?? (request.body == .none ? nil : again.body ?? ByteBuffer())
        isReady = false
        let exchange = Exchange(to: next.destination, through: state.pool, for: self)
        self.exchange = exchange
        exchange.start(request)
        return true
    }
}
