import { Module } from "@medusajs/framework/utils"
import ErpPortalService from "./service"

export const ERP_PORTAL = "erpPortal"

export default Module(ERP_PORTAL, { service: ErpPortalService })
