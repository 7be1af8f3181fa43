// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestKit
import Testing

@testable import DataPlane

/// HTTP/2 as calls need it: what a client may send, and what becomes of one that does not keep to it.
@Suite struct CallSessionTests {
    private typealias F = FrameText

    /// A session, and everything it says; each whole call is answered with its own message.
    private final class Talk {
        private(set) var calls: [[UInt8]] = []
        private(set) var isEnded = false
        private var out = ByteBuffer()
        private var pending: [UInt8] = []
        let session: CallSession
        var answers = true
        var tick: UInt64 = 1

        init(settings: [UInt8] = F.settings) {
            session = CallSession(at: 1, into: &out)
            _ = frames
            send(settings)
            _ = frames
        }

        /// What was said since the last look.
        var frames: [F.Frame] {
            defer { out.clear() }
            return F.read(Array(out.readableBytesView))
        }

        /// Of what was said, what ends streams or the connection: `grpc-status` of each, resets, GOAWAY.
        var ends: [String] {
            frames.compactMap { frame in
                if frame.type == 3 || frame.type == 7 { return frame.description }
                guard frame.type == 1, frame.flags & 1 == 1 else { return nil }
                guard let mark = frame.text.firstRange(of: "grpc-status") else { return "\(frame.stream) no call" }
                let rest = Array(frame.text[mark.upperBound...].utf8)
                return "\(frame.stream) " + String(decoding: rest[1..<(1 + Int(rest[0]))], as: UTF8.self)
            }
        }

        func send(_ bytes: [UInt8]) {
            pending += bytes
            var offset = 0
            while true {
                switch session.next(pending.span, from: &offset, at: tick, into: &out) {
                case .needMore:
                    pending.removeFirst(offset)
                    return
                case .ended:
                    isEnded = true
                    return
                case .call(let call):
                    let message: [UInt8] =
                        switch call.message {
                        case .here(let range): Array(pending[range])
                        case .kept(let message): message
                        }
                    calls.append(message)
                    if answers { answer(call.stream, message) }
                }
            }
        }

        func answer(_ stream: UInt32, _ message: [UInt8]) {
            session.answer(stream, with: ByteBuffer(bytes: F.message(message)), into: &out)
        }

        func finish() { session.finish(into: &out) }
        func giveUp(before tick: UInt64) { session.giveUp(begunBefore: tick, into: &out) }
    }

    @Test("a call is found however its bytes are cut, and answered with head, message and trailers", arguments: 1..<12)
    func cuts(size: Int) {
        let talk = Talk()
        let bytes = F.call(1, Array("one".utf8)) + F.call(3, Array("two".utf8))
        for start in stride(from: 0, to: bytes.count, by: size) { talk.send(Array(bytes[start...].prefix(size))) }
        #expect(talk.calls == [Array("one".utf8), Array("two".utf8)])
        let frames = talk.frames
        #expect(frames.map(\.type) == [1, 0, 1, 1, 0, 1] && frames.map(\.flags) == [4, 0, 5, 4, 0, 5])
        #expect(frames.map(\.stream) == [1, 1, 1, 3, 3, 3])
        #expect(frames[1].body == F.message(Array("one".utf8)))
        #expect(frames[0].body.first == 0x20 && frames[3].body.first == 0x88)
        #expect(talk.session.streams.isEmpty && !talk.isEnded)
    }

    @Test("padding, priority, CONTINUATION, data in pieces, trailers and unknown frames change nothing")
    func shapes() {
        let talk = Talk()
        let block = F.block()
        talk.send(F.frame(1, 0x04 | 0x08 | 0x20, 1, [3, 0, 0, 0, 0, 7] + block + [0, 0, 0]))
        talk.send(F.frame(0, 0x09, 1, [2] + F.message([1]) + [0, 0]))
        talk.send(F.frame(1, 0, 3, Array(block[..<10])) + F.frame(9, 0, 3, Array(block[10..<20])))
        talk.send(F.frame(9, 4, 3, Array(block[20...])))
        for byte in F.message([2]) { talk.send(F.data(3, [byte], endsStream: false)) }
        talk.send(F.head(3, F.literal("x", "y"), endsStream: true))
        talk.send(F.frame(0xFA, 0xFF, 9, [1, 2, 3]) + F.frame(2, 0, 5, [0, 0, 0, 0, 1]) + F.call(5, [3]))
        #expect(talk.calls == [[1], [2], [3]])
        #expect(talk.ends == ["1 0", "3 0", "5 0"])
    }

    @Test("a message that is not one plain whole message ends its call alone")
    func messages() {
        let huge = [UInt8](repeating: 0, count: 16_000)
        let rows: [(frames: [UInt8], ends: [String])] = [
            (F.head(1, endsStream: true), ["1 12"]), (F.head(1) + F.data(1, []), ["1 12"]),
            (F.head(1) + F.data(1, [0, 0, 0]), ["1 12"]),
            (F.head(1) + F.data(1, F.message([1], count: 2)), ["1 3"]),
            (F.head(1) + F.data(1, F.message([1], count: 0xFFFF_FFFF)), ["1 8"]),
            (F.head(1) + F.data(1, F.message([1], count: 65_537)), ["1 8"]),
            (F.head(1) + F.data(1, F.message([1, 2], count: 1)), ["1 12"]),
            (F.head(1) + F.data(1, F.message([1]) + F.message([2])), ["1 12"]),
            (F.head(1) + F.data(1, F.message([1], flag: 1)), ["1 12"]),
            (F.head(1) + F.data(1, F.message([1], flag: 9)), ["1 3"]),
            (
                F.head(1) + (0..<5).flatMap { _ in F.data(1, huge, endsStream: false) } + F.data(1, huge),
                ["1 8", "reset 1 0"]
            ),
            (F.head(1, F.block("/a/B")) + F.data(1, F.message([])), ["1 12", "reset 1 0"]),
            (F.head(1, F.block("/a/B"), endsStream: true), ["1 12"]),
            (
                F.head(1, F.block(and: F.literal("grpc-encoding", "gzip"))) + F.data(1, F.message([])),
                ["1 12", "reset 1 0"]
            ),
            (F.head(1, F.block(without: "content-type"), endsStream: true), ["1 no call"]),
        ]
        for row in rows {
            let talk = Talk()
            talk.send(row.frames)
            #expect(talk.ends == row.ends && talk.calls.isEmpty && !talk.isEnded)
            talk.send(F.call(3, [7]))
            #expect(talk.ends == ["3 0"] && talk.calls == [[7]])
        }
    }

    @Test("a head against RFC 9113 ends its stream, and no call is made of it")
    func heads() {
        let rows: [[UInt8]] = [
            F.block(without: ":method"), F.block(without: ":path"), F.block(without: ":scheme"),
            F.block(and: F.literal("Upper", "x")), F.block(and: F.literal(":path", "/x")),
            F.block(and: F.literal("connection", "close")), F.block(and: F.literal("transfer-encoding", "chunked")),
            F.block(and: F.literal("te", "gzip")), F.block(and: F.literal(":odd", "x")),
            F.literal(":path", "/a") + F.block(), F.literal("x", "y") + F.block(), F.block(""),
            F.block(and: F.literal("", "x")),
        ]
        for block in rows {
            let talk = Talk()
            talk.send(F.head(1, block) + F.data(1, F.message([1])))
            #expect(talk.ends == ["reset 1 1"] && talk.calls.isEmpty)
        }
    }

    @Test("a fault of the connection ends it with its code")
    func faults() {
        let (zero, one) = (F.number(0), F.number(1))
        let tooWide = F.number(0x7FFF_FFFF)
        let rows: [(frames: [UInt8], code: Int)] = [
            (F.frame(0, 1, 1, [1]), 1), (F.frame(1, 5, 2, F.block()), 1), (F.frame(1, 5, 0, F.block()), 1),
            (F.frame(9, 4, 1, []), 1), (F.head(1).dropLast() + [], 0), (F.frame(1, 0, 1, []) + F.settings, 1),
            (F.frame(1, 0, 1, []) + F.frame(9, 4, 3, []), 1), (F.frame(5, 4, 1, [0, 0, 0, 2]), 1),
            (F.frame(3, 0, 1, zero), 1), (F.frame(3, 0, 0, zero), 1), (F.head(1) + F.frame(3, 0, 1, [0]), 6),
            (F.frame(4, 0, 1), 1), (F.frame(4, 0, 0, [1]), 6), (F.frame(4, 1, 0, [0, 1, 0, 0, 0, 0]), 6),
            (F.frame(4, 0, 0, [0, 2] + F.number(2)), 1), (F.frame(4, 0, 0, [0, 4] + F.number(0x8000_0000)), 3),
            (F.frame(4, 0, 0, [0, 5] + F.number(16_383)), 1), (F.frame(4, 0, 0, [0, 5] + F.number(0x100_0000)), 1),
            (F.frame(6, 0, 1, [0, 0, 0, 0, 0, 0, 0, 0]), 1), (F.frame(6, 0, 0, [0]), 6),
            (F.frame(7, 0, 1, one + zero), 1),
            (F.frame(8, 0, 0, zero), 1), (F.frame(8, 0, 0, [1]), 6), (F.frame(8, 0, 1, one), 1),
            (F.frame(8, 0, 0, tooWide), 3), (F.head(1) + F.frame(8, 0, 1, tooWide), 3),
            (F.head(1, [0xFF]), 9), (F.head(1, [0x3F, 0xE2, 0x7F]), 9), (F.frame(1, 0x0C, 1, [9]), 1),
            (F.frame(1, 0x0C, 1, []), 6), (F.frame(1, 0x24, 1, [0]), 6), ([0, 0x40, 1, 0, 0, 0, 0, 0, 1], 6),
            (F.call(1) + F.head(1), 5), (F.head(3) + F.head(1), 5), (F.head(1) + F.head(1), 1),
        ]
        for row in rows where row.code > 0 {
            let talk = Talk()
            talk.send(row.frames)
            #expect(talk.frames.last?.description == "goaway \(row.code)", "\(row)")
            #expect(talk.isEnded && talk.session.streams.isEmpty)
        }
        let unsettled = Talk(settings: F.call(1))
        #expect(unsettled.isEnded && unsettled.calls.isEmpty)
    }

    @Test("header bombs and endless CONTINUATION end the connection before they take memory")
    func bombs() {
        let long = F.literal("x", String(repeating: "y", count: 120))
        let large = Talk()
        large.send(F.head(1, F.block(and: (0..<120).flatMap { _ in long })))
        #expect(large.ends == ["goaway 11"])
        let endless = Talk()
        endless.send(F.frame(1, 0, 1, F.block()))
        for _ in 0..<10 where !endless.isEnded { endless.send(F.frame(9, 0, 1, [])) }
        #expect(endless.isEnded && endless.ends == ["goaway 11"])
        let wide = Talk()
        wide.send(F.frame(1, 0, 1, [UInt8](repeating: 0, count: 16_000)))
        wide.send(F.frame(9, 0, 1, [UInt8](repeating: 0, count: 16_000)))
        #expect(wide.ends == ["goaway 11"])
    }

    @Test("who only makes work is sent away, who makes calls is not")
    func floods() {
        let ping = F.frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])
        let rows: [(UInt32) -> [UInt8]] = [
            { _ in ping }, { _ in F.settings }, { F.head($0 * 2 + 1) + F.frame(3, 0, $0 * 2 + 1, F.number(8)) },
            { _ in F.frame(2, 0, 1, [0, 0, 0, 0, 1]) }, { _ in F.frame(8, 0, 0, F.number(1)) },
            { F.head($0 * 2 + 1, F.block(without: ":path")) }, { _ in F.frame(0xEE, 0, 0) },
            { $0 == 0 ? F.head(1) : F.data(1, [], endsStream: false) },
        ]
        for row in rows {
            let talk = Talk()
            var count: UInt32 = 0
            while !talk.isEnded, count < 5000 {
                talk.send(row(count))
                count += 1
            }
            #expect(talk.isEnded && talk.frames.last?.description == "goaway 11" && count <= 1100)
        }
        let busy = Talk()
        for number in 0..<3000 as Range<UInt32> {
            let stream = number * 2 + 1
            busy.send(F.call(stream) + ping + F.frame(8, 0, 0, F.number(5)) + F.frame(8, 0, stream, F.number(5)))
        }
        #expect(!busy.isEnded && busy.calls.count == 3000)
        let patient = Talk()
        for second in 1..<2000 as Range<UInt64> {
            patient.tick = second * 1_000_000_000
            patient.send(ping + ping)
        }
        #expect(!patient.isEnded)
    }

    @Test("streams beyond the most are refused, and there is room again when others are done")
    func streams() {
        let talk = Talk()
        for number in 0..<UInt32(CallSession.mostStreams) { talk.send(F.head(number * 2 + 1)) }
        talk.send(F.call(1001))
        #expect(talk.ends == ["reset 1001 7"])
        talk.send(F.data(1, F.message([1])) + F.call(1003, [2]))
        #expect(talk.calls == [[1], [2]] && talk.ends == ["1 0", "1003 0"])
        talk.tick = 40_000_000_000
        talk.send(F.head(1005))
        talk.giveUp(before: 30_000_000_000)
        #expect(talk.ends.count == CallSession.mostStreams - 1)
        #expect(talk.session.streams.map(\.id) == [1005])
    }

    @Test("an answer waits for room, in the window of its stream and of the connection, and comes whole")
    func windows() {
        let talk = Talk(settings: F.frame(4, 0, 0, [0, 4] + F.number(10)))
        talk.send(F.call(1, Array(0..<30)))
        #expect(talk.frames.map(\.body.count) == [22, 10])
        talk.send(F.frame(8, 0, 1, F.number(5)))
        #expect(talk.frames.map(\.body.count) == [5])
        // Taken back: there is less than no room now.
        talk.send(F.frame(4, 0, 0, [0, 4] + F.number(0)) + F.frame(8, 0, 1, F.number(10)))
        #expect(talk.frames.map(\.type) == [4])
        talk.send(F.frame(4, 0, 0, [0, 4] + F.number(100)))
        #expect(talk.frames.map(\.type) == [0, 1, 4])
        #expect(talk.session.streams.isEmpty)
        // All in all 65535 were let in, of which the first answer took 35.
        talk.answers = false
        talk.send(F.frame(4, 0, 0, [0, 4] + F.number(1_000_000)) + F.call(3) + F.call(5))
        _ = talk.frames
        talk.answer(3, [UInt8](repeating: 1, count: 60_000))
        talk.answer(5, [UInt8](repeating: 2, count: 10_000))
        let sent = talk.frames.filter { $0.type == 0 }.reduce(0) { $0 + $1.body.count }
        #expect(sent == 65_500)
        talk.send(F.frame(8, 0, 0, F.number(100_000)))
        #expect(talk.ends == ["5 0"])
    }

    @Test("more than the window is refused, and what was read is given back")
    func receiving() {
        let talk = Talk()
        let part = [UInt8](repeating: 0, count: 16_000)
        var back = 0
        for number in 0..<300 as Range<UInt32> {
            let stream = number * 2 + 1
            talk.send(F.head(stream) + F.data(stream, F.message(part), endsStream: true))
            for frame in talk.frames where frame.type == 8 {
                back += Int(frame.body[1]) << 16 | Int(frame.body[2]) << 8
            }
        }
        #expect(!talk.isEnded && talk.calls.count == 300)
        #expect(back > 300 * 16_000 - (1 << 20))
        let greedy = Talk()
        for number in 0..<100 as Range<UInt32> where !greedy.isEnded {
            greedy.send(F.head(number * 2 + 1) + F.data(number * 2 + 1, part, endsStream: false))
        }
        #expect(greedy.frames.last?.description == "goaway 3")
    }

    @Test("a call that is taken back gets no answer, and one of a closed stream is passed over")
    func takenBack() {
        let talk = Talk()
        talk.answers = false
        talk.send(F.call(1) + F.call(3) + F.frame(3, 0, 1, F.number(8)))
        _ = talk.frames
        talk.answer(1, [1])
        talk.answer(3, [3])
        talk.send(F.data(3, [1]) + F.frame(8, 0, 3, F.number(1)) + F.frame(3, 0, 3, F.number(8)))
        #expect(talk.ends == ["3 0"] && !talk.isEnded)
    }

    @Test("at the end, what runs is answered, what comes after is not, and then it is over")
    func drains() {
        let talk = Talk()
        talk.answers = false
        talk.send(F.call(1))
        talk.finish()
        talk.send(F.call(3))
        #expect(talk.calls.count == 1 && !talk.session.hasEnded)
        talk.answer(1, [])
        #expect(talk.session.hasEnded)
        #expect(talk.ends == ["goaway 0", "1 0"])
        let idle = Talk()
        idle.finish()
        #expect(idle.session.hasEnded && idle.ends == ["goaway 0"])
    }

    @Test("whatever comes, it ends or goes on, and holds no more than it may", arguments: 0..<30)
    func random(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<40 {
            let talk = Talk()
            var stream: UInt32 = 1
            for _ in 0..<60 where !talk.isEnded {
                var bytes: [UInt8]
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1:
                    bytes = F.call(stream, Array("hello".utf8))
                    stream += 2
                case 2: bytes = F.head(stream)
                case 3: bytes = F.data(stream, F.message([1]), endsStream: Bool.random(using: &random))
                case 4:
                    bytes = F.frame(
                        UInt8.random(in: 0...10, using: &random), UInt8.random(in: 0...255, using: &random),
                        UInt32.random(in: 0...9, using: &random),
                        (0..<Int.random(in: 0...20, using: &random)).map { _ in
                            UInt8.random(in: 0...255, using: &random)
                        })
                default: bytes = F.frame(8, 0, 0, F.number(7))
                }
                if Int.random(in: 0..<8, using: &random) == 0, let place = bytes.indices.randomElement(using: &random) {
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
                talk.send(bytes)
                #expect(talk.session.streams.count <= CallSession.mostStreams)
            }
        }
    }
}
