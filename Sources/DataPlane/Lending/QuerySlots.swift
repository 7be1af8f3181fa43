// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// Parameters by which a caller could turn a call into another one, or sign it itself.
enum QuerySlots {
    /// `_method` stands for the method at frameworks that know it, so a rule must name it. A query that is signed for
    /// AWS (`X-Amz-Signature`) holds the caller's key, and would be a second signature.
    static func refusal(_ query: Range<Int>?, _ bytes: Span<UInt8>, _ loan: Loan, rule: Int) -> LendRefusal? {
        guard let query else { return nil }
        let mayName = loan.integration.allow[rule].query != nil
        let isAWS = loan.provider.slots.contains { slot in
            if case .awsSignature = slot { true } else { false }
        }
        var refusal: LendRefusal?
        QueryRewriter.forEachParameter(query, bytes) { whole, _, _ in
            if !mayName, QueryRewriter.isCredential(whole, "_method", bytes) { refusal = .notAllowed }
            guard isAWS else { return }
            for name in signed where QueryRewriter.isCredential(whole, name, bytes) { refusal = .querySigned }
        }
        return refusal
    }

    private static let signed = ["x-amz-credential", "x-amz-signature", "x-amz-security-token", "x-amz-algorithm"]
}
