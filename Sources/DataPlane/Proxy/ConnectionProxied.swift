// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import NIOCore
internal import Wire

/// Calls inside a tunnel of the forward proxy.
extension Connection {
    /// Lends the call, if it is one for the tunnel's host.
    func lend(to caller: ProxiedCaller) -> Bool {
        if let problem = misdirection(caller) { return refuse(problem, .lend) }
        return lend()
    }

    private func misdirection(_ caller: ProxiedCaller) -> Problem? {
        let (head, message) = (parser.request, pending)
        let bytes = message.readableBytesUInt8Span
        if bytes.equals(head.method, "CONNECT") { return .nestedConnect }
        guard bytes[head.target.start] == 0x2F else { return .notOriginForm }
        guard let host = head.fields.first(.host), caller.origin.isNamed(by: host.value, in: bytes) else {
            return .misdirected
        }
        return nil
    }
}
