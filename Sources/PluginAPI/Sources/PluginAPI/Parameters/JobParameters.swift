/// Finds a job's parameters by reflection.
enum JobParameters {
  /// Schemas of all parameters, in the order of declaration.
  static func schemas(of job: any Job) -> [ParameterSchema] {
    all(of: job).map { $0.parameter.schema(named: $0.name) }
  }

  /// Sets the given parameters on a freshly made job; the others keep their defaults.
  ///
  /// - Throws: `ParameterProblems` with every unknown name and every value that does not fit.
  static func bind(_ values: [String: String], to job: any Job) throws(ParameterProblems) {
    let parameters = all(of: job)
    var problems: [ParameterProblem] = []
    let known = Set(parameters.map(\.name))
    for name in values.keys.sorted() where !known.contains(name) {
      problems.append(ParameterProblem(parameter: name, message: "unknown parameter"))
    }
    for (name, parameter) in parameters {
      guard let text = values[name] else { continue }
      do throws(ParameterProblem) { try parameter.bind(text, named: name) } catch {
        problems.append(error)
      }
    }
    guard problems.isEmpty else { throw ParameterProblems(problems) }
  }

  private static func all(of job: any Job) -> [(name: String, parameter: any AnyParameter)] {
    Mirror(reflecting: job).children.compactMap { child in
      guard let label = child.label, label.first == "_",
        let parameter = child.value as? any AnyParameter
      else { return nil }
      return (snakeCase(label.dropFirst()), parameter)
    }
  }

  /// `buyWidth` becomes `buy_width`, `sizeUSD` becomes `size_usd`.
  static func snakeCase(_ name: some StringProtocol) -> String {
    var words = ""
    var afterLower = false
    for character in name {
      if character.isUppercase, afterLower { words.append("_") }
      afterLower = !character.isUppercase
      words += character.lowercased()
    }
    return words
  }
}
