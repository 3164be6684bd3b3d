import copy


def students_version(a, *, student="", secret="", variants=False):
    n = copy.deepcopy(a.notebook)
    n.metadata["rectified"] = {"chapter": a.slug, "version": "1"}
    return n
