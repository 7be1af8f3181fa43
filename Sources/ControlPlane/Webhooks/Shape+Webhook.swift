// SPDX-License-Identifier: Apache-2.0
import Shapes
import Telling

extension Shape where Value == EventPattern {
    /// A type of events, or several by `*`.
    static var eventPattern: Shape {
        parsed(
            "This is not a type of events.",
            fix:
                "Send a noun, a dot and a verb, either of which may be *, such as key.revoke or key.*; behind them .refused for refused acts."
        ) { EventPattern($0) }
    }
}

extension Call {
    /// Refuses an address that cannot be told of events.
    func check(url: String?, certificateAuthority: String?) throws(FieldFault) {
        guard let url, let fault = ports.telling.fault(url, certificateAuthority) else { return }
        throw .value("/\(fault.field)", fault.detail, fix: fault.fix)
    }
}
