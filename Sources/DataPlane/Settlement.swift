// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// `POST /v1/verify/settle`: what a reserved call really cost. It gives back or takes more, and ends the call's place
/// in flight.
extension Verify {
    /// `isSettled`: it was settled at a first look, and only the lease was awaited.
    func settle(
        _ reader: inout JSONReader, _ body: Span<UInt8>, _ caller: Caller, _ isSettled: Bool, into out: inout ByteBuffer
    ) throws {
        let asked = try Settlement.read(&reader, body)
        if isSettled { return Self.write(true, into: &out) }
        guard let open = meters.reservation(asked.id),
            index.reading(lane: lane, { contents, _ in contents.sees(caller.key, open.account) })
        else { return Self.write(false, into: &out) }
        switch meters.settle(asked.id, cost: asked.cost) {
        case .settled: Self.write(true, into: &out)
        case .unknown: Self.write(false, into: &out)
        case .awaitsLease(let want): throw AwaitsLease(want: want, isSettled: true)
        }
    }

    private static func write(_ isSettled: Bool, into out: inout ByteBuffer) {
        out.writeStaticString(
            isSettled ? "{\"settled\":true,\"code\":\"settled\"}" : "{\"settled\":false,\"code\":\"unknown\"}")
    }

    /// `{reservation, cost?}`.
    private struct Settlement {
        let id: ReservationID
        let cost: Int64?

        static func read(_ reader: inout JSONReader, _ body: Span<UInt8>) throws -> Settlement {
            var id: ReservationID?
            var cost: Int64?
            try reader.beginObject(body)
            while let name = try reader.nextName(body) {
                if name.equals("reservation", in: body) {
                    id = ReservationID(try reader.string(body).string(in: body))
                    guard id != nil else { throw VerifyFault.reservation("/reservation") }
                } else if name.equals("cost", in: body) {
                    cost = try VerifyQuestion.cost(&reader, body, "/cost")
                } else {
                    throw VerifyFault.unknownField(in: "", name.string(in: body))
                }
            }
            try reader.finish(body)
            guard let id else { throw VerifyFault.reservation("/reservation") }
            return Settlement(id: id, cost: cost)
        }
    }
}
