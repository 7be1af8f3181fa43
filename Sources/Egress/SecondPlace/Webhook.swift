// SPDX-License-Identifier: Apache-2.0

package import Access
package import HeldKeys
import NIOCore
import NIOPosix

extension SecondPlace {
    /// A web address that each note is posted to as `text/plain`; any 2xx means that it has the note. Redirects are not
    /// followed; special addresses are refused but for the ranges in `allowed`.
    package static func webhook(
        _ url: String, allowingPrivate allowed: [AddressRange], limits: TimeLimits = .short
    ) throws(OriginFault) -> SecondPlace {
        let target: PostTarget
        do throws(PostTarget.Fault) {
            target = try PostTarget(url, allowingPrivate: allowed)
        } catch {
            throw error.ofOrigin
        }
        let dialer = Dialer.network(
            resolver: .system(on: .singleton), trust: TrustStore(), threads: .singleton, limits: limits)
        return SecondPlace(name: "webhook \(target.destination.origin)") { note in
            let post = Post(
                to: target, fields: [("Content-Type", "text/plain; charset=utf-8")], body: ByteBuffer(string: note),
                keepAlive: false)
            try await send(post, through: dialer, limits: limits)
        }
    }

    /// Returns when the answer begins with a 2xx. Ends early when its task is cancelled.
    private static func send(_ post: Post, through dialer: Dialer, limits: TimeLimits) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let pool = try await loop.submit {
            NIOLoopBound(ConnectionPool(on: loop, dialer: dialer, limits: limits), eventLoop: loop)
        }.get()
        defer { loop.execute { pool.value.close() } }
        let answer = await PostExchange.post(post, through: pool, within: nil)
        switch answer {
        case .success(let answer):
            guard (200..<300).contains(answer.status) else {
                throw SecondPlaceFault("it answered with \(answer.status)")
            }
        case .failure(let failure): throw SecondPlaceFault(failure)
        }
    }
}

extension SecondPlaceFault {
    fileprivate init(_ failure: EgressFailure) {
        switch failure {
        case .refusedAddress(let address, let refusal): self.init(refusing: address, refusal)
        case .unreachable(let obstacle): self.init("it cannot be reached: \(obstacle.rawValue)")
        case .timedOut(let phase): self.init("it took too long: \(phase.rawValue)")
        case .closedEarly: self.init("it closed the connection without an answer")
        case .malformedResponse(let code): self.init("its answer is not HTTP: \(code)")
        case .tooManyConnections, .requestBodyLength: self.init("it could not be sent to")
        }
    }
}

extension PostTarget.Fault {
    /// As a place for checkpoints has it.
    fileprivate var ofOrigin: OriginFault {
        switch self {
        case .origin(let fault): fault
        case .tooLong: .path
        case .refused, .certificateAuthority, .plain: .host
        }
    }
}

extension TimeLimits {
    /// For calls that nobody waits for and that are made again: ten seconds a phase.
    package static var short: TimeLimits {
        var limits = TimeLimits()
        limits.firstByte = .seconds(10)
        limits.bodyIdle = .seconds(10)
        return limits
    }
}
