// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys
internal import NIOCore
internal import Wire

/// What a request is made from once more: where its credential was replaced while the call was on its way, the provider
/// refuses the old value and would take the new one.
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
    /// The provider says that it does not know the credential. Whether the call went out once more, with a newer
    /// version of it; that happens once.
    func refusedByProvider(_ way: EventLoopState.WayOut) -> Bool {
        if let token = way.token { state.tokenDesk.forget(token, of: way.loan.version.id) }
        guard let again, again.isWhole, let loan = newerLoan else { return false }
        self.again = nil
        let origin = again.draft.given.entrance?.origin ?? loan.origin
        guard loan.origins.contains(origin) else { return false }
        let next = state.way(of: loan, to: origin)
        guard case .written(let request, let body) = again.draft.write(loan, next, state, at: connection.clocks.now)
        else { return false }
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
