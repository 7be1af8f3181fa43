// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import BittingClient
internal import Glibc

extension Surroundings {
    /// This process: its environment, its terminal, the network and the clock.
    static func process(house: House, inheritance: Inheritance) -> Surroundings {
        let environment = processEnvironment()
        return Surroundings(
            environment: environment, terminal: .standard(environment: environment), house: house,
            transport: .network(timeout: .seconds(30)), now: clock, pause: { try await Task.sleep(for: $0) },
            launch: { Launch.replaceProcess($0, inheritance) })
    }

    private static func clock() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    private static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let parts = unsafe String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            unsafe entry += 1
        }
        return variables
    }
}
