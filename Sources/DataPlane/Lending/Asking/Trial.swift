// SPDX-License-Identifier: Apache-2.0
package import HeldKeys
internal import NIOCore
internal import Wire

extension DataPlane {
    /// An answer that is longer counts by its status alone.
    private static let longestTrial = 64 * 1024

    /// Makes a provider's test call with the key of a loan. Over within 20 seconds.
    package func test(_ loan: Loan) async -> CredentialTrial {
        guard let test = loan.provider.test else { return CredentialTrial(.unclear, reason: "no test") }
        switch await exchange(OwnRequest(test, loan), loan, longest: Self.longestTrial) {
        case .failed(let reason, _): return CredentialTrial(.unclear, reason: reason)
        case .answered(let answer):
            let json = try? JSON.parse(String(decoding: answer.body.readableBytesView, as: UTF8.self))
            let verdict = test.verdict(status: answer.status) { json?[$0].flatMap(AnswerScalar.init) }
            return CredentialTrial(verdict, status: answer.status)
        }
    }

    /// Makes a call of our own on one of the event loops.
    func exchange(_ request: OwnRequest?, _ loan: Loan, longest: Int) async -> ProviderExchange.Ending {
        guard let state = states.randomElement() else { return .failed("stopping", hasLeft: false) }
        return await withCheckedContinuation { continuation in
            state.eventLoop.execute {
                ProviderExchange(loan, request, state.value, on: state.eventLoop, longest: longest) {
                    continuation.resume(returning: $0)
                }.start()
            }
        }
    }
}

extension AnswerScalar {
    fileprivate init?(_ json: JSON) {
        switch json {
        case .string(let text): self = .text(text)
        case .bool(let truth): self = .truth(truth)
        case .integer(let number): self = .number(number)
        case .null, .number, .array, .object: return nil
        }
    }
}
