// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys
internal import Metering
internal import NIOCore
internal import Wire

/// Lent calls that wait for a provider's token.
extension Connection {
    /// Asks for the token, to decide again when it is there. The request stays as it is.
    func awaitToken(of loan: Loan, whole: ByteBuffer?, headCount: Int) -> Bool {
        guard let context, timesParked < 8 else { return refuse(.lend(.tokenUnreachable), .lend, consuming: nil) }
        timesParked += 1
        parser.reset()
        phase = .parked(.lend, whole: whole, headCount: headCount)
        let place = NIOLoopBound(self, eventLoop: context.eventLoop)
        let isFirst = state.tokenDesk.wait(for: loan, at: clocks.now.at) { refusal in
            place.eventLoop.execute { place.value.tokenCame(refusal) }
        }
        if isFirst { fetchToken(of: loan) }
        return false
    }

    private func fetchToken(of loan: Loan) {
        let (desk, version) = (state.tokenDesk, loan.version.id)
        guard let destination = state.tokenDestination(of: loan),
            let fetch = TokenFetch(loan, at: clocks.now.at, { desk.settle(version, $0) })
        else { return desk.settle(version, .failed(.credentialUnavailable)) }
        fetch.start(to: destination, through: state.pool)
    }

    private func tokenCame(_ refusal: LendRefusal?) {
        guard case .parked = phase else { return }
        unpark(refusedBy: refusal.map { .lend($0) })
    }
}
