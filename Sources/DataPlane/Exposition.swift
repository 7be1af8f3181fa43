// SPDX-License-Identifier: Apache-2.0
internal import IssuedKeys

extension Counters.Total {
    /// The data plane's part of `/metrics`, in the Prometheus text format 0.0.4.
    var text: String {
        var lines: [String] = []
        func head(_ name: String, _ type: String, _ help: String) {
            lines.append("# HELP \(name) \(help)")
            lines.append("# TYPE \(name) \(type)")
        }
        head("bitting_requests_total", "counter", "Requests answered, by plane, route and status code.")
        for entry in statuses {
            lines.append(
                "bitting_requests_total{plane=\"data\",route=\"\(entry.route.name)\",code=\"\(entry.status)\"} \(entry.count)"
            )
        }
        head("bitting_verdicts_total", "counter", "Keys decided on, by route and verdict.")
        for entry in verdicts {
            lines.append(
                "bitting_verdicts_total{route=\"\(entry.route.name)\",code=\"\(entry.code.text)\"} \(entry.count)")
        }
        head(
            "bitting_lent_calls_total", "counter",
            "Lent calls by Bitting's code (lent where the provider answered) and the class of the provider's status.")
        for (digit, count) in lent.enumerated() where count > 0 {
            lines.append("bitting_lent_calls_total{code=\"lent\",provider_status=\"\(digit)xx\"} \(count)")
        }
        for entry in unlent where entry.count > 0 {
            lines.append("bitting_lent_calls_total{code=\"\(entry.code)\",provider_status=\"\"} \(entry.count)")
        }
        head("bitting_lookups_total", "counter", "Keys that were looked up; those of wrong shape or checksum are not.")
        lines.append("bitting_lookups_total \(lookups)")
        head("bitting_refused_heads_total", "counter", "Requests refused because they are not HTTP as accepted here.")
        lines.append("bitting_refused_heads_total{plane=\"data\"} \(refusedHeads)")
        head(
            "bitting_lend_echoes_total", "counter",
            "Heads and bodies of answers in which a provider sent the credential back.")
        lines.append("bitting_lend_echoes_total \(echoes)")
        head("bitting_connections", "gauge", "Connections that are open.")
        lines.append("bitting_connections{plane=\"data\"} \(open)")
        head("bitting_proxy_tunnelled_bytes_total", "counter", "Bytes that went through blind tunnels, both ways.")
        lines.append("bitting_proxy_tunnelled_bytes_total \(tunnelled)")
        head(
            "bitting_verify_seconds", "histogram",
            "Time from the last bytes of a request to its written answer, verify and authorize.")
        var sum: UInt64 = 0
        for (bound, count) in zip(Counters.bounds, buckets) {
            sum += count
            lines.append("bitting_verify_seconds_bucket{le=\"\(Double(bound) / 1_000_000_000)\"} \(sum)")
        }
        sum += buckets.last ?? 0
        lines.append("bitting_verify_seconds_bucket{le=\"+Inf\"} \(sum)")
        lines.append("bitting_verify_seconds_sum \(Double(latencySum) / 1_000_000_000)")
        lines.append("bitting_verify_seconds_count \(sum)")
        return lines.joined(separator: "\n") + "\n"
    }
}
