// oxlint-disable-next-line import/no-unassigned-import -- decorator libraries look for its global; it exports nothing
import "reflect-metadata";
