"""What stands behind ./market: installing, running and checking SceneMarket with nothing but Python at the start.

Everything here uses the standard library only, because it runs before anything is installed.
"""
