import GridRebalancer

// Prints, as one JSON line, what planning a grid and comparing it with what stands costs: for one
// wallet of 32 orders, and for 100 of them. Medians of many rounds.
//
//     swift run --configuration release grid-benchmark

/// The median duration of a step in microseconds, after a warm-up.
func median(wallets: Int, rounds: Int) throws -> Double {
  let benchmark = try GridBenchmark(wallets: wallets)
  let clock = ContinuousClock()
  var durations: [Duration] = []
  for _ in 0..<rounds {
    let start = clock.now
    let counts = try benchmark.step()
    durations.append(clock.now - start)
    precondition(counts.kept > 0 && counts.placed > 0, "the comparison does both of its works")
  }
  return durations.sorted()[rounds / 2] / .microseconds(1)
}

let one = try median(wallets: 1, rounds: 20_000)
let hundred = try median(wallets: 100, rounds: 500)
print(#"{"plan_32_us": \#(one), "plan_100x32_ms": \#(hundred / 1000)}"#)
