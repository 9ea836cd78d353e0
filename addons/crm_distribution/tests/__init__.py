from . import deal
